#include "nn/layers/norm.h"

#include <ATen/autocast_mode.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/rms_norm.h>

#include <catch2/catch.hpp>

#include "nn/layers/dropout.h"
#include "unit/nn/testing.h"

using namespace folio::nn;
using namespace folio::nn::testing;

namespace {

constexpr double kEpsilon = 1e-5;
constexpr double kTolerance = 1e-5;

/// A norm with weights that are not plain, and both tensors of it.
struct Fixture {
  ParameterSet parameters;
  LayerNorm norm;
  at::Tensor weight, bias;

  explicit Fixture(std::int64_t width) : norm(parameters, "norm", width, kEpsilon) {
    weight = parameters.list()[0].tensor;
    bias = parameters.list()[1].tensor;
    const at::NoGradGuard no_grad;
    weight.normal_(1, 0.3);
    bias.normal_(0, 0.3);
  }

  at::Tensor reference(const at::Tensor& input) const {
    return at::layer_norm(input, weight.sizes(), weight, bias, kEpsilon);
  }
};

}  // namespace

TEST_CASE("layer norm and its gradients equal libtorch's") {
  seed(1);
  for (const std::int64_t width : {1, 5, 64, 771}) {
    Fixture fixture(width);
    const at::Tensor input = leaf({3, 37, width});
    const at::Tensor factor = at::randn({3, 37, width});
    const at::Tensor out = fixture.norm(input);
    const at::Tensor wanted = fixture.reference(input);
    INFO("width " << width);
    CHECK(difference(out, wanted) < kTolerance);
    std::vector<at::Tensor> gradients;
    for (const at::Tensor& result : {out, wanted}) {
      result.mul(factor).sum().backward();
      for (const at::Tensor& tensor : {input, fixture.weight, fixture.bias}) gradients.push_back(take_gradient(tensor));
    }
    if (width > 1) {  // the norm of a single number is 0, whatever the number
      CHECK(difference(gradients[0], gradients[3]) < kTolerance);
      CHECK(difference(gradients[1], gradients[4]) < kTolerance);
    }
    CHECK(difference(gradients[2], gradients[5]) < kTolerance);
  }
}

TEST_CASE("adding to the residual stream equals dropout, addition and norm one after the other") {
  seed(2);
  Fixture fixture(129);
  const at::Tensor residual = leaf({2, 41, 129});
  const at::Tensor branch = leaf({2, 41, 129});
  const at::Tensor sum_factor = at::randn({2, 41, 129});
  const at::Tensor normed_factor = at::randn({2, 41, 129});
  const auto gradients = [&](const at::Tensor& sum, const at::Tensor& normed) {
    sum.mul(sum_factor).add(normed.mul(normed_factor)).sum().backward();
    return std::vector{take_gradient(residual), take_gradient(branch), take_gradient(fixture.weight),
                       take_gradient(fixture.bias)};
  };
  for (const double p : {0.0, 0.4}) {
    INFO("p = " << p);
    seed(3);
    const auto [sum, normed] = fixture.norm.add(residual, branch, p);
    seed(3);
    const at::Tensor wanted_sum = residual.add(dropout(branch, p));
    const at::Tensor wanted_normed = fixture.reference(wanted_sum);
    CHECK(difference(sum, wanted_sum) < kTolerance);
    CHECK(difference(normed, wanted_normed) < kTolerance);
    const auto found = gradients(sum, normed);
    const auto wanted = gradients(wanted_sum, wanted_normed);
    for (std::size_t i = 0; i < wanted.size(); ++i) CHECK(difference(found[i], wanted[i]) < kTolerance);
  }
}

TEST_CASE("a norm behind its block equals dropout, addition and norm, in float32 under autocast too") {
  seed(6);
  Fixture fixture(129);
  const at::Tensor residual = leaf({2, 41, 129});
  const at::Tensor branch = leaf({2, 41, 129});
  const at::Tensor factor = at::randn({2, 41, 129});
  const auto gradients = [&](const at::Tensor& normed) {
    normed.mul(factor).sum().backward();
    return std::vector{take_gradient(residual), take_gradient(branch), take_gradient(fixture.weight),
                       take_gradient(fixture.bias)};
  };
  at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
  at::autocast::set_autocast_enabled(at::kCPU, true);
  seed(7);
  const at::Tensor stream = fixture.norm.stream(residual, branch, 0.4);
  CHECK(fixture.norm.stream(residual).scalar_type() == at::kFloat);
  at::autocast::set_autocast_enabled(at::kCPU, false);
  CHECK(stream.scalar_type() == at::kFloat);
  CHECK(difference(fixture.norm.stream(residual), fixture.reference(residual)) < kTolerance);
  seed(7);
  const at::Tensor wanted = fixture.reference(residual.add(dropout(branch, 0.4)));
  CHECK(difference(stream, wanted) < kTolerance);
  const auto found = gradients(stream);
  const auto expected = gradients(wanted);
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(difference(found[i], expected[i]) < kTolerance);
}

TEST_CASE("a norm's gradients do not depend on the number of threads, to the last bit") {
  seed(4);
  Fixture fixture(200);
  const at::Tensor residual = leaf({301, 200});
  const at::Tensor branch = leaf({301, 200});
  const auto run = [&](int threads) {
    const Threads set(threads);
    seed(5);
    fixture.norm.add(residual, branch, 0.1).second.square().sum().backward();
    take_gradient(residual);
    return std::vector{take_gradient(branch), take_gradient(fixture.weight), take_gradient(fixture.bias)};
  };
  const auto serial = run(1);
  const auto parallel = run(2);
  for (std::size_t i = 0; i < serial.size(); ++i) CHECK(parallel[i].equal(serial[i]));
}

TEST_CASE("rms norm and its gradients equal libtorch's, after adding a branch too") {
  seed(6);
  ParameterSet parameters;
  const RmsNorm norm(parameters, "norm", {.width = 129, .epsilon = 1e-6});
  const at::Tensor weight = parameters.list()[0].tensor;
  {
    const at::NoGradGuard no_grad;
    weight.normal_(1, 0.3);
  }
  const at::Tensor residual = leaf({2, 41, 129});
  const at::Tensor branch = leaf({2, 41, 129});
  const at::Tensor factor = at::randn({2, 41, 129});
  const auto wanted_norm = [&](const at::Tensor& input) { return at::rms_norm(input, weight.sizes(), weight, 1e-6); };
  const auto gradients = [&](const at::Tensor& sum, const at::Tensor& normed) {
    sum.add(normed.mul(factor)).sum().backward();
    return std::vector{take_gradient(residual), take_gradient(branch), take_gradient(weight)};
  };
  CHECK(parameters.list().size() == 1);
  CHECK(difference(norm(residual), wanted_norm(residual)) < kTolerance);
  for (const double p : {0.0, 0.4}) {
    INFO("p = " << p);
    seed(7);
    const auto [sum, normed] = norm.add(residual, branch, p);
    seed(7);
    const at::Tensor wanted_sum = residual.add(dropout(branch, p));
    CHECK(difference(normed, wanted_norm(wanted_sum)) < kTolerance);
    const auto found = gradients(sum, normed);
    const auto wanted = gradients(wanted_sum, wanted_norm(wanted_sum));
    for (std::size_t i = 0; i < wanted.size(); ++i) CHECK(difference(found[i], wanted[i]) < kTolerance);
  }
}
