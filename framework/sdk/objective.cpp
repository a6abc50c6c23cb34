#include "folio/objective.h"

#include <array>
#include <utility>

namespace folio {
namespace {

constexpr int kSentinels = 100;  // as T5 has them

constexpr std::array<std::pair<Objective, std::string_view>, 3> kObjectives{{
    {Objective::causal, "causal"},
    {Objective::masked, "masked"},
    {Objective::span_corruption, "span_corruption"},
}};

}  // namespace

std::string_view to_string(Objective objective) {
  for (const auto& [known, name] : kObjectives)
    if (known == objective) return name;
  return "unknown";
}

std::optional<Objective> objective_from_string(std::string_view name) {
  for (const auto& [objective, known] : kObjectives)
    if (known == name) return objective;
  return std::nullopt;
}

std::string_view to_string(SpecialToken token) {
  switch (token) {
    case SpecialToken::end_of_text:
      return "end of text";
    case SpecialToken::padding:
      return "padding";
    case SpecialToken::unknown:
      return "unknown";
    case SpecialToken::classification:
      return "classification";
    case SpecialToken::separator:
      return "separator";
    case SpecialToken::mask:
      return "mask";
    case SpecialToken::sentinel:
      return "sentinel";
    case SpecialToken::beginning_of_text:
      return "beginning of text";
  }
  return "unknown";
}

std::vector<SpecialToken> special_tokens_of(Objective objective) {
  switch (objective) {
    case Objective::causal:
      return {SpecialToken::end_of_text};
    case Objective::masked:
      return {SpecialToken::padding, SpecialToken::unknown, SpecialToken::classification, SpecialToken::separator,
              SpecialToken::mask};
    case Objective::span_corruption:
      break;
  }
  std::vector<SpecialToken> tokens{SpecialToken::padding, SpecialToken::end_of_text, SpecialToken::unknown};
  tokens.insert(tokens.end(), kSentinels, SpecialToken::sentinel);
  return tokens;
}

}  // namespace folio
