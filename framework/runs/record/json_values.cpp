#include "runs/record/json_values.h"

#include <algorithm>
#include <cmath>

#include "formats/description_json.h"

namespace folio::runs {

using nlohmann::json;

std::optional<double> number_in(const json& value) {
  if (value.is_number()) return value.get<double>();
  if (value == "NaN" || value == "Infinity" || value == "-Infinity") return number_from_json(value);
  return std::nullopt;
}

std::optional<std::int64_t> integer_in(const json& value) {
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX) return std::nullopt;
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (!value.is_number_float()) return std::nullopt;
  const double number = value.get<double>();
  constexpr double kTooLarge = 9.2e18;
  if (!(std::abs(number) <= kTooLarge) || number != std::floor(number)) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

const json& member(const json& object, const std::string& key) {
  static const json none;
  if (!object.is_object()) return none;
  const auto found = object.find(key);
  return found == object.end() ? none : *found;
}

const json& value_at(const json& object, std::string_view path) {
  const json* value = &object;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::size_t end = std::min(path.find('/'), path.size());
    value = &member(*value, std::string(path.substr(0, end)));
    path.remove_prefix(end);
  }
  return *value;
}

std::string text_in(const json& object, const char* key) {
  const json& value = member(object, key);
  return value.is_string() ? value.get<std::string>() : "";
}

}  // namespace folio::runs
