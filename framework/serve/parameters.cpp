#include "serve/parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "serve/http/message.h"
#include "support/nearest_name.h"

namespace folio::serve {

std::int64_t number_parameter(const Target& target, std::string_view name, std::int64_t usual, std::int64_t least,
                              std::int64_t most) {
  const auto text = target.value(name);
  if (!text) return usual;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size() || number < least || number > most)
    throw HttpError(400, fmt::format("'{}' is '{}', expected a whole number from {} to {}", name, *text, least, most));
  return number;
}

double real_parameter(const Target& target, std::string_view name, double usual) {
  const auto text = target.value(name);
  if (!text) return usual;
  double number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size() || !std::isfinite(number))
    throw HttpError(400, fmt::format("'{}' is '{}', expected a number", name, *text));
  return number;
}

bool flag_parameter(const Target& target, std::string_view name) {
  const std::string text = target.value(name).value_or("0");
  if (text == "1" || text == "true") return true;
  if (text == "0" || text == "false" || text.empty()) return false;
  throw HttpError(400, fmt::format("'{}' is '{}', expected 1 or 0", name, text));
}

std::vector<std::string> list_parameter(const Target& target, std::string_view name) {
  std::vector<std::string> parts;
  for (const std::string& value : target.values(name)) {
    for (std::size_t begin = 0; begin <= value.size();) {
      const std::size_t end = std::min(value.find(',', begin), value.size());
      if (end > begin) parts.push_back(value.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  if (parts.size() > kMostNamed) throw HttpError(400, fmt::format("'{}' names more than {}", name, kMostNamed));
  return parts;
}

void require_known_parameters(const Target& target, const std::vector<std::string>& known) {
  for (const auto& [name, value] : target.query)
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw HttpError(400, fmt::format("there is no parameter '{}' here{}", name, did_you_mean(name, known)));
}

}  // namespace folio::serve
