#include "nn/blocks/residual_stream.h"

#include <catch2/catch.hpp>
#include <type_traits>

#include "nn/layers/norm.h"
#include "unit/nn/testing.h"

using namespace folio::nn;
using namespace folio::nn::testing;

namespace {

constexpr std::int64_t kStreamWidth = 24;

}  // namespace

TEMPLATE_TEST_CASE("the residual stream is the sum of what was added to it, read through a norm", "", LayerNorm,
                   RmsNorm) {
  seed(1);
  ParameterSet parameters;
  const auto norm = [&] {
    if constexpr (std::is_same_v<TestType, LayerNorm>)
      return LayerNorm(parameters, "norm", kStreamWidth, 1e-5);
    else
      return RmsNorm(parameters, "norm", {.width = kStreamWidth, .epsilon = 1e-5});
  }();
  parameters.initialize();
  const at::Tensor embedded = at::randn({2, 5, kStreamWidth});
  const at::Tensor first = at::randn({2, 5, kStreamWidth});
  const at::Tensor second = at::randn({2, 5, kStreamWidth});

  ResidualStream stream(embedded);
  CHECK(stream.read(norm).equal(norm(embedded)));
  stream.add(first);
  CHECK(difference(stream.read(norm), norm(embedded.add(first))) < 1e-6);
  CHECK(difference(stream.read(norm), norm(embedded.add(first))) < 1e-6);
  stream.add(second);
  CHECK(difference(stream.read(norm), norm(embedded.add(first).add(second))) < 1e-6);
}

TEST_CASE("the residual stream drops what a block adds and not what it holds") {
  seed(1);
  ParameterSet parameters;
  const LayerNorm norm(parameters, "norm", kStreamWidth, 1e-5);
  parameters.initialize();
  const at::Tensor embedded = at::randn({2, 5, kStreamWidth});
  ResidualStream stream(embedded);
  stream.add(at::randn({2, 5, kStreamWidth}), 1);
  CHECK(difference(stream.read(norm), norm(embedded)) < 1e-6);
}

TEST_CASE("the residual stream refuses a second result before it is read") {
  ResidualStream stream(at::randn({2, 5, kStreamWidth}));
  stream.add(at::randn({2, 5, kStreamWidth}));
  CHECK_THROWS(stream.add(at::randn({2, 5, kStreamWidth})));
}
