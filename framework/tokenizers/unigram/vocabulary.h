#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "folio/tokenizer.h"
#include "formats/tokenizer_json.h"
#include "text/unicode_normalizer.h"
#include "tokenizers/unigram/byte_pieces.h"

namespace folio::unigram {

/// What stands for a space within words, U+2581. A word begins with it.
constexpr std::string_view kSpaceMark = "\xE2\x96\x81";

struct Piece {
  std::string text;
  double score = 0;  ///< natural logarithm of its probability
};

/// How a file says that tokens become text.
enum class Decoding {
  metaspace,  ///< space marks become spaces, those of the first token nothing; bytes are not looked at
  bytes,      ///< space marks become spaces, bytes become characters, then one leading space goes
};

/// All that a trained Unigram tokenizer knows, and all that its tokenizer.json holds.
struct Vocabulary {
  std::vector<Piece> pieces;  ///< by id
  TokenId unk_id = 0;
  bool byte_fallback = false;  ///< a character without a piece becomes the pieces of its bytes
  NormalizationForm normalization = NormalizationForm::none;
  Decoding decoding = Decoding::metaspace;
  std::vector<AddedToken> added_tokens;             ///< in the model's pieces, or after them
  nlohmann::ordered_json post_processor = nullptr;  ///< kept for whoever reads the file; null where there is none
};

/// The text with space marks for spaces.
inline std::string with_space_marks(std::string_view text) {
  std::string result;
  for (const char c : text) c == ' ' ? result.append(kSpaceMark) : result.append(1, c);
  return result;
}

}  // namespace folio::unigram
