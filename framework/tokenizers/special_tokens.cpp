#include "tokenizers/special_tokens.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace folio {
namespace {

/// In the order of SpecialStyle.
using Spellings = std::array<const char*, 3>;

Spellings spellings(SpecialToken token) {
  switch (token) {
    case SpecialToken::end_of_text:
      return {"<|endoftext|>", "[EOS]", "</s>"};
    case SpecialToken::padding:
      return {"<|pad|>", "[PAD]", "<pad>"};
    case SpecialToken::unknown:
      return {"<|unk|>", "[UNK]", "<unk>"};
    case SpecialToken::classification:
      return {"<|cls|>", "[CLS]", "<cls>"};
    case SpecialToken::separator:
      return {"<|sep|>", "[SEP]", "<sep>"};
    case SpecialToken::mask:
      return {"<|mask|>", "[MASK]", "<mask>"};
    case SpecialToken::beginning_of_text:
      return {"<|startoftext|>", "[BOS]", "<s>"};
    case SpecialToken::sentinel:
      break;  // is numbered, the same in all styles
  }
  throw std::logic_error("a special token without a spelling");
}

}  // namespace

std::string spelling_of(SpecialToken token, SpecialStyle style, int index) {
  if (token == SpecialToken::sentinel) return "<extra_id_" + std::to_string(index) + ">";
  return spellings(token)[static_cast<std::size_t>(style)];
}

std::vector<std::string> spellings_of(const std::vector<SpecialToken>& tokens, SpecialStyle style) {
  std::vector<std::string> result;
  int sentinels = 0;
  for (const SpecialToken token : tokens) {
    std::string spelling = spelling_of(token, style, token == SpecialToken::sentinel ? sentinels++ : 0);
    if (std::find(result.begin(), result.end(), spelling) == result.end()) result.push_back(std::move(spelling));
  }
  return result;
}

std::optional<TokenId> find_special_token(const AddedTokens& added, SpecialToken token, int index) {
  for (const SpecialStyle style : {SpecialStyle::bars, SpecialStyle::brackets, SpecialStyle::angles})
    if (const auto id = added.id_of(spelling_of(token, style, index))) return id;
  return std::nullopt;
}

}  // namespace folio
