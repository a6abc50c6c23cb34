#include "train/precision_choice.h"

#include <catch2/catch.hpp>

using namespace folio::train;
using Catch::Matchers::Contains;

TEST_CASE("the faster precision is taken, and the reason has both rates") {
  const PrecisionChoice fast = choose_by_rates({.float32 = 200e9, .bfloat16 = 412e9}, false);
  CHECK(fast.bfloat16);
  CHECK_THAT(fast.reason, Contains("the matrix products of this model reached 200 GFLOP/s in float32 and 412 in "
                                   "bfloat16 (measured just now)"));
  const PrecisionChoice slow = choose_by_rates({.float32 = 2.4e9, .bfloat16 = 1.4e9, .of_passes = true}, true);
  CHECK_FALSE(slow.bfloat16);
  CHECK_THAT(slow.reason, Contains("training passes of this model reached 2.4 GFLOP/s in float32 and 1.4 in bfloat16 "
                                   "(measured earlier)"));
}

TEST_CASE("rates within two per cent are not told apart, and float32 is taken") {
  for (const double bfloat16 : {98.1e9, 100e9, 101.9e9}) {
    const PrecisionChoice choice = choose_by_rates({.float32 = 100e9, .bfloat16 = bfloat16}, false);
    CHECK_FALSE(choice.bfloat16);
    CHECK_THAT(choice.reason, Contains("too close to tell apart"));
  }
  for (const double bfloat16 : {97.9e9, 102.1e9}) {
    const PrecisionChoice choice = choose_by_rates({.float32 = 100e9, .bfloat16 = bfloat16}, false);
    CHECK(choice.bfloat16 == (bfloat16 > 100e9));
    CHECK_THAT(choice.reason, !Contains("too close"));
  }
}

TEST_CASE("a CUDA device takes bfloat16 from compute capability 8.0 on") {
  CHECK(choose_by_capability(ComputeCapability{8, 0}).bfloat16);
  CHECK(choose_by_capability(ComputeCapability{9, 0}).bfloat16);
  CHECK_FALSE(choose_by_capability(ComputeCapability{7, 5}).bfloat16);
  CHECK_THAT(choose_by_capability(ComputeCapability{7, 5}).reason, Contains("compute capability 7.5"));
  CHECK_FALSE(choose_by_capability(std::nullopt).bfloat16);
}
