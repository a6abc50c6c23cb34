#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace folio {

/// What a model learns to do. The framework makes the inputs and labels of each (framework/data), so that no model
/// writes its own.
enum class Objective {
  causal,           ///< say the next token
  masked,           ///< say the tokens that were masked
  span_corruption,  ///< say the spans that were taken out
};

std::string_view to_string(Objective objective);
std::optional<Objective> objective_from_string(std::string_view name);

/// Tokens that are not text. An objective asks for them by what they are for; each tokenizer writes them in its own way
/// (`[MASK]`, `<mask>`).
enum class SpecialToken {
  end_of_text,
  padding,
  unknown,
  classification,
  separator,
  mask,
  sentinel,
  beginning_of_text,
};

std::string_view to_string(SpecialToken token);

/// What an objective asks of the tokenizer; SpecialToken::sentinel stands as often as there are to be sentinels.
std::vector<SpecialToken> special_tokens_of(Objective objective);

/// Labels with this value are not scored; the value that torch's cross-entropy ignores.
constexpr std::int64_t kIgnoredLabel = -100;

}  // namespace folio
