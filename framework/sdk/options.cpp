#include "folio/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "support/error.h"
#include "support/nearest_name.h"

namespace folio {
namespace {

template <typename T>
Option make(std::string name, OptionType type, std::optional<T> default_value) {
  Option option;
  option.name = std::move(name);
  option.type = type;
  if (default_value) option.default_value = std::move(*default_value);
  return option;
}

bool has_type(const OptionValue& value, OptionType type) {
  switch (type) {
    case OptionType::integer:
      return std::holds_alternative<std::int64_t>(value);
    case OptionType::number:
      return std::holds_alternative<double>(value) || std::holds_alternative<std::int64_t>(value);
    case OptionType::boolean:
      return std::holds_alternative<bool>(value);
    case OptionType::text:
      return std::holds_alternative<std::string>(value);
    case OptionType::text_list:
      return std::holds_alternative<std::vector<std::string>>(value);
  }
  return false;
}

std::optional<double> as_number(const OptionValue& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return std::nullopt;
}

bool in_range(const Option& option, const OptionValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    const auto& choices = option.choice_list;
    return choices.empty() || std::find(choices.begin(), choices.end(), *text) != choices.end();
  }
  const std::optional<double> number = as_number(value);
  if (!number) return true;
  return std::isfinite(*number) && (!option.minimum || *number >= *option.minimum) &&
         (!option.maximum || *number <= *option.maximum);
}

}  // namespace

Option Option::at_least(double value) && {
  minimum = value;
  return std::move(*this);
}

Option Option::at_most(double value) && {
  maximum = value;
  return std::move(*this);
}

Option Option::between(double low, double high) && {
  minimum = low;
  maximum = high;
  return std::move(*this);
}

Option Option::unit(std::string value) && {
  unit_text = std::move(value);
  return std::move(*this);
}

Option Option::help(std::string value) && {
  help_text = std::move(value);
  return std::move(*this);
}

Option Option::choices(std::vector<std::string> values) && {
  choice_list = std::move(values);
  return std::move(*this);
}

Option Option::absent_means(std::string meaning) && {
  optional = true;
  default_meaning = std::move(meaning);
  return std::move(*this);
}

Option Option::config_name(std::string key, std::vector<std::string> first) && {
  config_key = std::move(key);
  config_key_first = std::move(first);
  return std::move(*this);
}

std::vector<std::string> config_names_of(const Option& option) {
  std::vector<std::string> names = option.config_key_first;
  if (!option.config_key.empty()) names.push_back(option.config_key);
  names.push_back(option.name);
  return names;
}

Option integer(std::string name, std::optional<std::int64_t> default_value) {
  return make(std::move(name), OptionType::integer, default_value);
}

Option number(std::string name, std::optional<double> default_value) {
  return make(std::move(name), OptionType::number, default_value);
}

Option boolean(std::string name, std::optional<bool> default_value) {
  return make(std::move(name), OptionType::boolean, default_value);
}

Option text(std::string name, std::optional<std::string> default_value) {
  return make(std::move(name), OptionType::text, std::move(default_value));
}

Option text_list(std::string name, std::optional<std::vector<std::string>> default_value) {
  return make(std::move(name), OptionType::text_list, std::move(default_value));
}

std::string_view to_string(OptionType type) {
  switch (type) {
    case OptionType::integer:
      return "integer";
    case OptionType::number:
      return "number";
    case OptionType::boolean:
      return "boolean";
    case OptionType::text:
      return "text";
    case OptionType::text_list:
      break;
  }
  return "list of text";
}

const Option* OptionTable::find(std::string_view name) const {
  const auto found = std::find_if(options_.begin(), options_.end(), [&](const Option& o) { return o.name == name; });
  return found == options_.end() ? nullptr : &*found;
}

std::vector<std::string> OptionTable::names() const {
  std::vector<std::string> result;
  for (const Option& option : options_) result.push_back(option.name);
  return result;
}

std::string to_string(const OptionValue& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *whole);
  if (const auto* real = std::get_if<double>(&value)) return fmt::format("{}", *real);
  if (const auto* truth = std::get_if<bool>(&value)) return *truth ? "true" : "false";
  if (const auto* text = std::get_if<std::string>(&value)) return "'" + *text + "'";
  if (const auto* list = std::get_if<std::vector<std::string>>(&value))
    return list->empty() ? "[]" : fmt::format("['{}']", fmt::join(*list, "', '"));
  return "nothing";
}

namespace {

std::string bound_text(const Option& option, double bound) {
  return option.type == OptionType::integer ? fmt::format("{:.0f}", bound) : fmt::format("{:g}", bound);
}

}  // namespace

std::string expectation(const Option& option) {
  if (!option.choice_list.empty()) return fmt::format("one of '{}'", fmt::join(option.choice_list, "', '"));
  std::string text = option.type == OptionType::integer ? "an integer" : fmt::format("a {}", to_string(option.type));
  if (option.minimum && option.maximum)
    return text + " from " + bound_text(option, *option.minimum) + " to " + bound_text(option, *option.maximum);
  if (option.minimum) return text + " of at least " + bound_text(option, *option.minimum);
  if (option.maximum) return text + " of at most " + bound_text(option, *option.maximum);
  return text;
}

std::optional<std::string> problem_with(const Option& option, const OptionValue& value) {
  if (std::holds_alternative<std::monostate>(value) && option.optional) return std::nullopt;
  if (has_type(value, option.type) && in_range(option, value)) return std::nullopt;
  std::string text = fmt::format("expected {}, got {}", expectation(option), to_string(value));
  if (const auto* given = std::get_if<std::string>(&value)) text += did_you_mean(*given, option.choice_list);
  return text;
}

OptionValues::OptionValues(const OptionTable& table, const std::map<std::string, OptionValue>& given) {
  std::vector<std::string> problems;
  for (const auto& [name, value] : given)
    if (table.find(name) == nullptr)
      problems.push_back(fmt::format("there is no option '{}'{}", name, did_you_mean(name, table.names())));
  for (const Option& option : table.options()) {
    const auto found = given.find(option.name);
    OptionValue value = found != given.end() ? found->second : option.default_value;
    if (const auto problem = problem_with(option, value)) problems.push_back(option.name + ": " + *problem);
    if (option.type == OptionType::number) {
      if (const auto real = as_number(value)) value = *real;
    }
    values_.emplace(option.name, std::move(value));
  }
  if (!problems.empty()) throw Error(ErrorKind::experiment, fmt::format("{}", fmt::join(problems, "\n")));
}

bool OptionValues::has(std::string_view name) const {
  const auto found = values_.find(name);
  return found != values_.end() && !std::holds_alternative<std::monostate>(found->second);
}

template <typename T>
const T& OptionValues::get(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) throw std::logic_error(fmt::format("option '{}' was never declared", name));
  if (const T* value = std::get_if<T>(&found->second)) return *value;
  throw std::logic_error(fmt::format("option '{}' was read as a type other than its own", name));
}

std::int64_t OptionValues::integer(std::string_view name) const { return get<std::int64_t>(name); }
double OptionValues::number(std::string_view name) const { return get<double>(name); }
bool OptionValues::boolean(std::string_view name) const { return get<bool>(name); }
const std::string& OptionValues::text(std::string_view name) const { return get<std::string>(name); }
const std::vector<std::string>& OptionValues::text_list(std::string_view name) const {
  return get<std::vector<std::string>>(name);
}

}  // namespace folio
