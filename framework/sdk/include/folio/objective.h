#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace folio {

/// The task that a model learns. The framework makes the inputs and labels of each (framework/data), so models do not
/// have to.
enum class Objective {
  causal,           ///< predict the next token
  masked,           ///< predict the tokens that were masked
  span_corruption,  ///< predict the spans that were removed
};

std::string_view to_string(Objective objective);
std::optional<Objective> objective_from_string(std::string_view name);

/// Tokens that are not text. An objective asks for them by purpose; each tokenizer has its own spelling for them
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

/// The special tokens that an objective needs from the tokenizer; SpecialToken::sentinel occurs once for each sentinel.
std::vector<SpecialToken> special_tokens_of(Objective objective);

/// Labels with this value are not scored; the value that torch's cross-entropy ignores.
constexpr std::int64_t kIgnoredLabel = -100;

}  // namespace folio
