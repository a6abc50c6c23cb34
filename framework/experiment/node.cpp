#include "experiment/node.h"

#include <algorithm>
#include <map>
#include <utility>

namespace folio::experiment {

const Entry* Node::find(std::string_view key) const {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.key == key; });
  return found == entries.end() ? nullptr : &*found;
}

Entry* Node::find(std::string_view key) { return const_cast<Entry*>(std::as_const(*this).find(key)); }

std::vector<std::string> Node::keys() const {
  std::vector<std::string> result;
  for (const Entry& entry : entries) result.push_back(entry.key);
  return result;
}

void merge(Node& base, Node top) {
  if (base.kind == Node::Kind::mapping && top.is_blank()) return;
  if (base.kind != Node::Kind::mapping || top.kind != Node::Kind::mapping) {
    base = std::move(top);
    return;
  }
  std::map<std::string, std::size_t> positions;
  for (std::size_t i = 0; i < base.entries.size(); ++i) positions.emplace(base.entries[i].key, i);
  for (Entry& entry : top.entries) {
    const auto found = positions.find(entry.key);
    if (found == positions.end()) {
      base.entries.push_back(std::move(entry));
    } else {
      base.entries[found->second].key_place = entry.key_place;
      merge(base.entries[found->second].value, std::move(entry.value));
    }
  }
}

std::string described(const Node& node) {
  switch (node.kind) {
    case Node::Kind::scalar:
      return "'" + printable(node.text) + "'";
    case Node::Kind::list:
      return "a list";
    case Node::Kind::mapping:
      return "a mapping";
    case Node::Kind::null:
      break;
  }
  return node.text.empty() ? "nothing" : node.text;
}

}  // namespace folio::experiment
