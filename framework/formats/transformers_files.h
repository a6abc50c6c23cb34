#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "folio/objective.h"
#include "folio/tokenizer.h"

/// The files of a model folder that say how model and tokenizer belong together, as transformers 4.57 and 5 read them.
/// A role that the tokenizer has no token for has none here either, whatever a class of transformers takes by default.
namespace folio {

/// The config.json of a model, with the ids of the tokenizer's special tokens: bos_token_id, eos_token_id and
/// pad_token_id, which are null where there is no such token, mask_token_id where there is one, and with
/// span_corruption decoder_start_token_id, which is the padding's. Throws Error (plugin) where `config` is no JSON
/// object.
std::string config_with_token_ids(std::string_view config, const Tokenizer& tokenizer, Objective objective);

/// generation_config.json: where transformers' generate() begins and ends; empty for a masked model, which cannot.
std::string generation_config_json(const Tokenizer& tokenizer, Objective objective);

/// Of Model::max_length(), where there is no limit.
inline constexpr std::int64_t kAnyLength = std::numeric_limits<std::int64_t>::max();

/// tokenizer_config.json. `config` is the model's config.json, which tells whether the model reads token types;
/// `max_length` the longest sequence that it takes.
std::string tokenizer_config_json(const Tokenizer& tokenizer, Objective objective, std::string_view config,
                                  std::int64_t max_length);

/// The tokenizer's own tokenizer.json, in which a text is put between the special tokens that the objective puts
/// around each sample: `[CLS] text [SEP]` if masked, `text </s>` for span_corruption. Left as it is where it has such a
/// post-processor, or is not of that format.
std::string tokenizer_json_of(const Tokenizer& tokenizer, Objective objective);

}  // namespace folio
