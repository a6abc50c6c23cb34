#pragma once

#include <optional>
#include <string>
#include <vector>

#include "folio/tokenizer.h"
#include "tokenizers/added_tokens.h"

namespace folio {

/// How a family of tokenizers spells its special tokens.
enum class SpecialStyle {
  bars,      ///< GPT's: <|endoftext|>, <|mask|>
  brackets,  ///< BERT's: [SEP], [MASK]
  angles,    ///< SentencePiece's: </s>, <mask>
};

/// The spelling of one; `index` counts the sentinels, <extra_id_0> and so on in every style.
std::string spelling_of(SpecialToken token, SpecialStyle style, int index = 0);

/// The spellings of what is asked for, each once, in that order.
std::vector<std::string> spellings_of(const std::vector<SpecialToken>& tokens, SpecialStyle style);

/// The id of a special token, in the first of the three styles that the added tokens have it in. The order of the
/// styles makes no difference to a tokenizer that was trained here, whose tokens are all of one style.
std::optional<TokenId> find_special_token(const AddedTokens& added, SpecialToken token, int index);

}  // namespace folio
