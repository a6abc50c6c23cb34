#include "nn/layers/dropout.h"

#include <ATen/ops/ones.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "unit/nn/testing.h"

using namespace folio::nn;
using namespace folio::nn::testing;

namespace {

/// 1 where dropout of probability p kept an element, else 0.
at::Tensor kept(at::IntArrayRef shape, double p) { return dropout(at::ones(shape), p).ne(0).to(at::kDouble); }

/// The correlation of two masks whose elements are kept with probability 1 - p.
double correlation(const at::Tensor& a, const at::Tensor& b, double p) {
  return a.sub(1 - p).mul(b.sub(1 - p)).mean().item<double>() / (p * (1 - p));
}

}  // namespace

TEST_CASE("dropout keeps the share 1 - p of the elements and scales them by 1 / (1 - p)") {
  seed(1);
  for (const double p : {0.1, 0.5, 0.9}) {
    const at::Tensor out = dropout(at::ones({1000, 1000}), p);
    const double deviation = std::sqrt(p * (1 - p)) / 1000;
    INFO("p = " << p);
    CHECK(std::abs(out.ne(0).to(at::kDouble).mean().item<double>() - (1 - p)) < 4 * deviation);
    CHECK(out.max().item<double>() == Approx(1 / (1 - p)));
  }
}

TEST_CASE("dropout decides about neighbours, rows and calls independently") {
  seed(2);
  for (const double p : {0.1, 0.5}) {
    const at::Tensor first = kept({1000, 1000}, p);
    const at::Tensor second = kept({1000, 1000}, p);
    const double tolerance = 4.0 / 1000;  // four deviations of the correlation of a million pairs
    INFO("p = " << p);
    CHECK(std::abs(correlation(first, second, p)) < tolerance);
    for (const int distance : {1, 2, 16, 64}) {
      INFO("distance " << distance);
      CHECK(std::abs(correlation(first.slice(1, distance), first.slice(1, 0, -distance), p)) < tolerance);
      CHECK(std::abs(correlation(first.slice(0, distance), first.slice(0, 0, -distance), p)) < tolerance);
    }
    // Rows and columns keep as evenly as chance does: the variance of their counts is that of the binomial.
    for (const int dimension : {0, 1})
      CHECK(first.sum(dimension).var().item<double>() == Approx(1000 * p * (1 - p)).epsilon(0.2));
  }
}

TEST_CASE("dropout gives the gradient the mask that it gave the input") {
  seed(3);
  const at::Tensor input = leaf({7, 33});
  const at::Tensor out = dropout(input, 0.3);
  out.sum().backward();
  CHECK(difference(input.grad().mul(input), out) < 1e-6);
}

TEST_CASE("dropout of probability 0 draws no random number, and of probability 1 leaves nothing") {
  seed(4);
  const at::Tensor expected = at::randn({3});
  seed(4);
  const at::Tensor input = at::ones({2, 5});
  CHECK(dropout(input, 0).is_same(input));
  CHECK(at::randn({3}).equal(expected));
  CHECK(dropout(input, 1).eq(0).all().item<bool>());
}

TEST_CASE("dropout follows torch's generator and not the number of threads") {
  const at::Tensor input = at::ones({300, 257});
  seed(5);
  const at::Tensor first = dropout(input, 0.2);
  const at::Tensor second = dropout(input, 0.2);
  CHECK_FALSE(first.equal(second));
  seed(5);
  const Threads one(1);
  CHECK(dropout(input, 0.2).equal(first));
}

TEST_CASE("dropout of bfloat16 has the mask of float32") {
  seed(6);
  const at::Tensor wide = dropout(at::ones({64, 100}), 0.25);
  seed(6);
  const at::Tensor narrow = dropout(at::ones({64, 100}).to(at::kBFloat16), 0.25);
  CHECK(narrow.scalar_type() == at::kBFloat16);
  CHECK(narrow.ne(0).equal(wide.ne(0)));
}
