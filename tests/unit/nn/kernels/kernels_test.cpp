#include <ATen/ops/empty_like.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "nn/elements.h"
#include "nn/kernels/cross_entropy.h"
#include "nn/kernels/exponential.h"
#include "unit/nn/testing.h"

using namespace folio::nn;
using namespace folio::nn::testing;

TEST_CASE("the vector exponential equals std::exp to 2e-7") {
  double worst = 0;
  for (float x = -87; x < 88; x += 0.0137F) {
    const double wanted = std::exp(static_cast<double>(x));
    worst = std::max(worst, std::abs(kernels::exponential(x) / wanted - 1));
  }
  CHECK(worst < 2e-7);
  CHECK(kernels::exponential(0) == 1);
  CHECK(kernels::exponential(-1000) < 2e-38F);
  CHECK(std::isnan(kernels::exponential(std::numeric_limits<float>::quiet_NaN())));
}

TEST_CASE("bfloat16 is rounded as torch rounds it") {
  seed(1);
  const at::Tensor values = at::randn({1003}).mul(at::randn({1003}).mul(20).exp());
  values.select(0, 0).fill_(std::numeric_limits<float>::infinity());
  values.select(0, 1).fill_(-std::numeric_limits<float>::infinity());
  values.select(0, 2).fill_(1.00390625F);  // half way between two: to the even one
  values.select(0, 3).fill_(1.01171875F);
  const at::Tensor stored = at::empty_like(values, values.options().dtype(at::kBFloat16));
  kernels::store(values.const_data_ptr<float>(), values.numel(), write_elements(stored), 0);
  CHECK(stored.equal(values.to(at::kBFloat16)));

  std::vector<float> scratch(1003);
  const float* loaded = kernels::load(read_elements(stored), 0, 1003, scratch.data());
  CHECK(at::tensor(std::vector<float>(loaded, loaded + 1003)).equal(stored.to(at::kFloat)));
}

TEST_CASE("a NaN stays one in bfloat16 and reaches the loss") {
  const std::vector<float> row{1, std::numeric_limits<float>::quiet_NaN(), 2};
  CHECK(std::isnan(kernels::log_sum_exp_row(row.data(), 3)));
  const at::Tensor stored = at::tensor(row).to(at::kBFloat16);
  kernels::store(row.data(), 3, write_elements(stored), 0);
  CHECK(stored.isnan().sum().item<int>() == 1);
}

TEST_CASE("log-sum-exp of large numbers does not overflow") {
  const std::vector<float> row{1000, 1000, 999};
  CHECK(kernels::log_sum_exp_row(row.data(), 3) == Approx(1000 + std::log(2 + std::exp(-1.0))));
}
