#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/strict_json.h"

/// What all kinds of tokenizer.json have in common: the file that Hugging Face's tokenizers writes and reads. Each
/// tokenizer reads and writes its own parts (model, pre_tokenizer, decoder ...) itself.
namespace folio {

/// A token that is cut out of a text before anything else looks at it.
struct AddedToken {
  std::int32_t id = 0;
  std::string content;
  bool normalized = false;   ///< searched for after the tokens that are not, in the normalised text
  bool special = true;       ///< left out where special tokens are to be skipped
  bool single_word = false;  ///< found only where no letter, mark or digit stands beside it
  bool lstrip = false;       ///< takes the white space before it
  bool rstrip = false;       ///< takes the white space after it

  bool operator==(const AddedToken&) const = default;
};

/// The most tokens, and so the largest id, that a tokenizer.json may have: 2,097,152. Known vocabularies stay below
/// 300,000; the bound keeps a hostile file from claiming memory for ids that it does not have.
constexpr std::int32_t kMaxTokens = 1 << 21;

/// What messages about a file begin with.
constexpr std::string_view kTokenizerJsonRoot = "tokenizer.json: ";

/// A tokenizer.json of version 1.0 that has been read, its frame checked: no unknown parts. What it says of truncation
/// and padding changes no id and is not looked at.
class TokenizerJson {
 public:
  /// Throws Error (run) naming the JSON path of what is wrong or not supported.
  explicit TokenizerJson(std::string_view text);

  /// In the file's order, each content and id once.
  const std::vector<AddedToken>& added_tokens() const { return added_tokens_; }

  /// "model", "normalizer", "pre_tokenizer", "post_processor" or "decoder"; null where it is not there. Valid as long
  /// as this object.
  JsonPart part(const std::string& name) const;

  /// "truncation" and "padding" where the file sets them.
  std::vector<std::string> unused_settings() const;

 private:
  void read_added_tokens();

  nlohmann::json document_;
  std::vector<AddedToken> added_tokens_;
};

/// The parts that a tokenizer brings to its file.
struct TokenizerJsonParts {
  nlohmann::ordered_json normalizer;
  nlohmann::ordered_json pre_tokenizer;
  nlohmann::ordered_json post_processor;
  nlohmann::ordered_json decoder;
  nlohmann::ordered_json model;
};

/// The file's text, byte for byte as Hugging Face's tokenizers saves it.
std::string write_tokenizer_json(const std::vector<AddedToken>& added_tokens, TokenizerJsonParts parts);

}  // namespace folio
