#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/strict_json.h"

namespace folio::pipeline {

/// What a tokenizer.json does to a text before it is cut: its "normalizer". Immutable.
class Normalizer {
 public:
  /// Throws Error (run) naming the JSON path of what is wrong or not supported.
  explicit Normalizer(const JsonPart& part);

  bool does_nothing() const { return steps_.empty(); }
  std::string normalize(std::string_view text) const;

 private:
  using Step = std::function<std::string(std::string text)>;

  void add(const JsonPart& part);

  std::vector<Step> steps_;
};

}  // namespace folio::pipeline
