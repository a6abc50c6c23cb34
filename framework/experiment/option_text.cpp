#include "experiment/option_text.h"

#include <fmt/format.h>

namespace folio::experiment {

std::string default_text(const Option& option) {
  if (!std::holds_alternative<std::monostate>(option.default_value)) return folio::to_string(option.default_value);
  return option.optional ? "(" + option.default_meaning + ")" : "required";
}

std::string range_text(const Option& option) {
  if (option.minimum && option.maximum) return fmt::format("{:g} to {:g}", *option.minimum, *option.maximum);
  if (option.minimum) return fmt::format("at least {:g}", *option.minimum);
  if (option.maximum) return fmt::format("at most {:g}", *option.maximum);
  std::string choices;
  for (const std::string& choice : option.choice_list) choices += (choices.empty() ? "" : ", ") + choice;
  return choices;
}

}  // namespace folio::experiment
