#pragma once

#include <functional>
#include <string>
#include <vector>

#include "formats/strict_json.h"

namespace folio::pipeline {

/// How a tokenizer.json makes text of tokens: its "decoder". Without one, tokens are joined by spaces. Immutable.
class Decoder {
 public:
  /// Throws Error (run) naming the JSON path of what is wrong or not supported.
  explicit Decoder(const JsonPart& part);

  /// Whether tokens are written in the byte alphabet.
  bool has_byte_level() const { return has_byte_level_; }

  /// Valid UTF-8.
  std::string decode(std::vector<std::string> tokens) const;

 private:
  using Step = std::function<void(std::vector<std::string>& tokens)>;

  void add(const JsonPart& part);

  std::vector<Step> steps_;
  bool joins_by_spaces_ = false;
  bool has_byte_level_ = false;
};

}  // namespace folio::pipeline
