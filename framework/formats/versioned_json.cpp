#include "formats/versioned_json.h"

#include <cassert>
#include <cmath>
#include <cstdint>

#include "support/utf8.h"
#include "support/version.h"

namespace folio {
namespace {

/// 3.0 becomes 3, as far as every whole number is a double.
void make_whole(nlohmann::json& value) {
  constexpr double kExact = 9007199254740992;  // 2^53
  if (value.is_structured()) {
    for (nlohmann::json& inner : value) make_whole(inner);
  } else if (value.is_number_float()) {
    const double number = value.get<double>();
    if (std::abs(number) < kExact && number == std::floor(number)) value = static_cast<std::int64_t>(number);
  }
}

}  // namespace

std::string versioned_json(nlohmann::json object, int indent) {
  assert(object.is_object());
  make_whole(object);
  object["schema_version"] = kJsonSchemaVersion;
  return escape_hidden(object.dump(indent, ' ', false, nlohmann::json::error_handler_t::replace)) + "\n";
}

std::string error_json(std::string_view kind, const std::string& message) {
  return versioned_json({{"error", {{"kind", kind}, {"message", message}}}});
}

}  // namespace folio
