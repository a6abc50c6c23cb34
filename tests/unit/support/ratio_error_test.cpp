#include "support/ratio_error.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

using folio::ratio_standard_error;

TEST_CASE("with equal weights the ratio's error is that of a mean") {
  // Mean 5, sample variance (4 + 1 + 1 + 4) / 3.
  CHECK(ratio_standard_error(std::vector{3.0, 4.0, 6.0, 7.0}, std::vector(4, 1.0)) == Approx(std::sqrt(10.0 / 3 / 4)));
  CHECK(ratio_standard_error(std::vector{6.0, 8.0, 12.0, 14.0}, std::vector(4, 2.0)) ==
        Approx(std::sqrt(10.0 / 3 / 4)));
}

TEST_CASE("parts of one ratio have no error, whatever their weights") {
  CHECK(ratio_standard_error(std::vector{2.0, 10.0, 0.0}, std::vector{1.0, 5.0, 0.0}) == 0);
}
