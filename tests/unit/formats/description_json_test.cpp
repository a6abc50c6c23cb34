#include "formats/description_json.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "folio/error.h"

using folio::number_from_json;
using folio::number_to_json;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("whole numbers are written as such, and numbers that are not finite as words") {
  const auto [number, text] = GENERATE(table<double, std::string>({{3.0, "3"},
                                                                   {100.0, "100"},
                                                                   {-7.0, "-7"},
                                                                   {1e15, "1000000000000000"},
                                                                   {0.5, "0.5"},
                                                                   {-0.0, "-0.0"},
                                                                   {1e300, "1e+300"},
                                                                   {kInfinity, "\"Infinity\""},
                                                                   {-kInfinity, "\"-Infinity\""}}));
  CHECK(number_to_json(number).dump() == text);
  CHECK(number_from_json(number_to_json(number)) == number);
  CHECK(std::isnan(number_from_json(number_to_json(std::nan("")))));
}

TEST_CASE("a description that lacks something is refused in words of our own") {
  const auto refusal = [](const char* text) -> std::string {
    try {
      folio::plugin_description_from_json(nlohmann::json::parse(text));
    } catch (const folio::Error& error) {
      return error.what();
    }
    return "";
  };
  const std::string no_help = refusal(
      R"({"kind": "model", "id": "a", "version": "1", "summary": "", "options": [{"name": "a", "type": "text"}]})");
  CHECK(no_help == "description of a plugin: options[0]: has no 'help'");
  CHECK(refusal("[]") == "description of a plugin: expected an object, got an array");
}

TEST_CASE("a whole number beyond 64 bits with a sign does not come back negative") {
  const folio::OptionValue value = folio::option_value_from_json(nlohmann::json(UINT64_MAX));
  REQUIRE(std::holds_alternative<double>(value));
  CHECK(std::get<double>(value) == 0x1p64);
}
