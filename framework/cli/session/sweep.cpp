#include "cli/session/sweep.h"

#include <fmt/format.h>

#include <algorithm>

#include "support/error.h"

namespace folio::cli {
namespace {

constexpr std::string_view kOpening = "[{", kClosing = "]}";

[[noreturn]] void refuse(std::string_view text, std::string_view what) {
  throw Error(ErrorKind::usage, fmt::format("in the list of values '{}' {}", text, what));
}

/// Value of an override, right of its '='; none where it has no '='.
std::string_view value_of(std::string_view text) {
  const std::size_t equals = text.find('=');
  return equals == std::string_view::npos ? std::string_view() : text.substr(equals + 1);
}

}  // namespace

std::vector<std::string> split_values(std::string_view text) {
  std::vector<std::string> values(1);
  std::string open;  // the brackets that are open, each as the one that closes it
  char quote = 0;
  for (const char c : text) {
    if (quote == 0 && open.empty() && c == ',') {
      values.emplace_back();
      continue;
    }
    values.back() += c;
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      // Within a word a quote is a letter, as in YAML: it's.
      if (values.back().size() == 1 || !open.empty()) quote = c;
    } else if (const std::size_t kind = kOpening.find(c); kind != std::string_view::npos) {
      open += kClosing[kind];
    } else if (!open.empty() && c == open.back()) {
      open.pop_back();
    }
  }
  if (quote != 0) refuse(text, fmt::format("a {} is not closed", quote));
  if (!open.empty()) refuse(text, fmt::format("a '{}' is missing", open.back()));
  const bool several = values.size() > 1;
  if (several && std::any_of(values.begin(), values.end(), [](const std::string& value) { return value.empty(); }))
    refuse(text, "a value is empty; write null for no value");
  return values;
}

std::vector<std::vector<std::string>> combinations(const std::vector<std::string>& overrides) {
  std::vector<std::vector<std::string>> all(1);
  for (const std::string& text : overrides) {
    const std::string_view list = value_of(text);
    const std::string key = text.substr(0, text.size() - list.size());
    std::vector<std::vector<std::string>> longer;
    for (const std::vector<std::string>& begun : all) {
      for (const std::string& value : split_values(list)) {
        longer.push_back(begun);
        longer.back().push_back(key + value);
      }
    }
    all = std::move(longer);
  }
  return all;
}

std::vector<std::string> varied(const std::vector<std::string>& combination,
                                const std::vector<std::string>& overrides) {
  std::vector<std::string> result;
  for (std::size_t i = 0; i < combination.size(); ++i)
    if (combination[i] != overrides[i]) result.push_back(combination[i]);
  return result;
}

}  // namespace folio::cli
