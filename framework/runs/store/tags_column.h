#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>

namespace folio::runs {

/// runs.tags: a JSON array of texts by name, empty where there are none.
inline std::string tags_to_column(const std::set<std::string>& tags) {
  return tags.empty() ? "" : nlohmann::json(tags).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

inline std::set<std::string> tags_from_column(const std::string& text) {
  return text.empty() ? std::set<std::string>() : nlohmann::json::parse(text).get<std::set<std::string>>();
}

}  // namespace folio::runs
