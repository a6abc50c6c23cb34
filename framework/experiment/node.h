#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "experiment/source.h"

namespace folio::experiment {

struct Entry;

/// A value as it was written, with where that was: what YAML says before anybody asks what type it should have.
struct Node {
  enum class Kind { null, scalar, list, mapping };

  Kind kind = Kind::null;
  std::string text;     ///< of a scalar; of a null as written ("~"), empty when nothing was written at all
  bool quoted = false;  ///< of a scalar: quotes or a block (`|`), which make it text
  Place place;
  std::vector<Node> items;     ///< of a list
  std::vector<Entry> entries;  ///< of a mapping, in the order written; keys are unique

  /// `key:` with nothing after it. It stands for a mapping without keys where a mapping is expected.
  bool is_blank() const { return kind == Kind::null && text.empty(); }

  const Entry* find(std::string_view key) const;
  Entry* find(std::string_view key);
  std::vector<std::string> keys() const;
};

struct Entry {
  std::string key;
  Place key_place;
  Node value;
};

/// Lays `top` over `base`: mappings merge key by key, anything else replaces, and a blank leaves a mapping as it is.
void merge(Node& base, Node top);

/// The value for a message: 'text', "a list", "a mapping", "nothing".
std::string described(const Node& node);

}  // namespace folio::experiment
