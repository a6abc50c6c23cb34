#include "experiment/scalars.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace folio::experiment {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Takes the digits from the front of `text`; how many there were.
std::size_t take_digits(std::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  text.remove_prefix(count);
  return count;
}

/// Takes an integer without leading zeros from the front of `text`.
bool take_integer(std::string_view& text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.starts_with('0')) return text.remove_prefix(1), true;
  return take_digits(text) > 0;
}

bool is_integer(std::string_view text) { return take_integer(text) && text.empty(); }

bool is_number(std::string_view text) {
  if (!take_integer(text)) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (take_digits(text) == 0) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    if (take_digits(text) == 0) return false;
  }
  return text.empty();
}

/// The whole text as a T; none where it does not fit one.
template <typename T>
std::optional<T> parsed(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The scalar as the type, by the rules of the header; monostate where it is none.
OptionValue converted(OptionType type, std::string_view text) {
  if (type == OptionType::integer && is_integer(text)) {
    if (const auto value = parsed<std::int64_t>(text)) return *value;
  }
  if (type == OptionType::number && is_number(text)) {
    if (const auto value = parsed<double>(text)) return *value;
  }
  if (type == OptionType::boolean && (text == "true" || text == "false")) return text == "true";
  if (type == OptionType::text) return std::string(text);
  return {};
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

/// The boolean that other programs read from the word.
std::string likely_boolean(std::string_view text) {
  const std::string word = lower(text);
  for (const char* yes : {"true", "yes", "on", "y"})
    if (word == yes) return "true";
  for (const char* no : {"false", "no", "off", "n"})
    if (word == no) return "false";
  return "";
}

/// What the text looks like once a plus, leading zeros, underscores and a bare point are mended.
std::string likely_number(std::string_view text) {
  std::string result;
  for (const char c : text)
    if (c != '_') result += c;
  if (result.starts_with('+')) result.erase(0, 1);
  const std::string sign = result.starts_with('-') ? "-" : "";
  result.erase(0, sign.size());
  while (result.size() > 1 && result[0] == '0' && is_digit(result[1])) result.erase(0, 1);
  if (result.starts_with('.')) result.insert(0, "0");
  if (result.ends_with('.')) result += "0";
  return sign + result;
}

/// A whole number that was written with a point or an exponent, as an integer.
std::string likely_integer(const std::string& number) {
  constexpr double kLargest = 9e15;  // every whole double up to here is exact
  const auto value = is_number(number) ? parsed<double>(number) : std::nullopt;
  if (!value || std::trunc(*value) != *value || std::abs(*value) > kLargest) return number;
  return fmt::format("{}", static_cast<std::int64_t>(*value));
}

/// What to write instead: the end of a message, or empty.
std::string hint(OptionType type, const Node& node) {
  const bool whole = type == OptionType::integer;
  if (!whole && type != OptionType::number && type != OptionType::boolean) return "";
  const std::string word = lower(node.text);
  if (type == OptionType::number && (word.ends_with("nan") || word.ends_with("inf"))) return "; it must be finite";
  if (whole ? is_integer(node.text) : type == OptionType::number && is_number(node.text)) {
    if (!node.quoted) return whole ? "; it does not fit in 64 bits" : "; it is too large for a number";
  }
  std::string better = type == OptionType::boolean ? likely_boolean(node.text) : likely_number(node.text);
  if (whole) better = likely_integer(better);
  if (std::holds_alternative<std::monostate>(converted(type, better))) return "";
  return fmt::format("; write {}{}", better, node.quoted ? " without quotes" : "");
}

/// Whether the node is of the kind that the option takes, whatever its text.
bool has_shape(const Option& option, const Node& node) {
  if (option.type != OptionType::text_list) return node.kind == Node::Kind::scalar;
  if (node.kind != Node::Kind::list) return false;
  for (const Node& item : node.items)
    if (item.kind != Node::Kind::scalar) return false;
  return true;
}

std::string shape_problem(const Option& option, const Node& node) {
  std::string text = fmt::format("expected {}, got ", expectation(option));
  if (option.type != OptionType::text_list || node.kind != Node::Kind::list) text += described(node);
  if (option.type == OptionType::text_list && node.kind == Node::Kind::scalar)
    text += fmt::format("; write [{}]", printable(node.text));
  for (const Node& item : node.items)
    if (option.type == OptionType::text_list && item.kind != Node::Kind::scalar)
      return text + "a list with " + described(item) + " in it";
  return text;
}

}  // namespace

std::optional<OptionValue> read_value(const Option& option, const Node& node, const std::string& key,
                                      Problems& problems) {
  if (node.kind == Node::Kind::null && option.optional) return OptionValue{};
  if (!has_shape(option, node)) {
    problems.add(node.place, key, shape_problem(option, node));
    return std::nullopt;
  }
  OptionValue value;
  if (option.type == OptionType::text_list) {
    std::vector<std::string> list;
    for (const Node& item : node.items) list.push_back(item.text);
    value = std::move(list);
  } else if (!node.quoted || option.type == OptionType::text) {
    value = converted(option.type, node.text);
  }
  const bool unread = std::holds_alternative<std::monostate>(value);
  if (const auto problem = problem_with(option, unread ? OptionValue(printable(node.text)) : value)) {
    problems.add(node.place, key, printable(*problem, 1000) + (unread ? hint(option.type, node) : ""));
    return std::nullopt;
  }
  return value;
}

}  // namespace folio::experiment
