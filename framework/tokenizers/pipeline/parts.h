#pragma once

#include <map>
#include <string>
#include <vector>

#include "formats/strict_json.h"

/// What the readers of a tokenizer.json's parts have in common.
namespace folio::pipeline {

inline bool boolean_or(const JsonPart& part, const std::string& name, bool otherwise) {
  return part.has(name) ? part.at(name).boolean() : otherwise;
}

/// The entry of the part's "type". Throws Error (run) naming the types that there are, `more` among them.
template <typename Kinds>
const typename Kinds::mapped_type& find_kind(const JsonPart& part, const Kinds& kinds,
                                             const std::vector<std::string>& more) {
  const JsonPart type = part.at("type");
  if (const auto found = kinds.find(type.text()); found != kinds.end()) return found->second;
  std::string names;
  for (const auto& [name, kind] : kinds) names += (names.empty() ? "'" : "', '") + name;
  for (const std::string& name : more) names += "', '" + name;
  type.fail("'" + type.text() + "' is not supported, expected one of " + names + "'");
}

}  // namespace folio::pipeline
