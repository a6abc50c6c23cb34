#include "formats/description_json.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

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
