#include "runs/plot/thinning.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "runs/plot/smoothing.h"
#include "support/error.h"

using namespace folio;
using namespace folio::runs;

namespace {

std::vector<PlacedPoint> noisy_curve(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> noise(0, 0.05);
  std::vector<PlacedPoint> points;
  for (std::size_t i = 0; i < count; ++i)
    points.emplace_back(static_cast<double>(i), 2 + 4 * std::exp(-double(i) / double(count) * 5) + noise(random));
  return points;
}

}  // namespace

TEST_CASE("a curve of few points is not thinned") {
  const auto points = noisy_curve(100, 1);
  CHECK(thinned_places(points, 100).size() == 100);
  CHECK(thinned_places(points, 0).size() == 100);
  CHECK(thinned_places({}, 10).empty());
}

TEST_CASE("a thinned curve keeps its ends, its peaks, its order and its bound") {
  const std::size_t most = GENERATE(4, 5, 10, 100, 1000);
  const unsigned seed = GENERATE(1, 2, 3, 4, 5);
  auto points = noisy_curve(20'000, seed);
  std::mt19937 random(seed);
  const std::size_t peak = 1 + random() % 19'998, dip = 1 + random() % 19'998;
  points[peak].second = 100;
  points[dip].second = -100;
  const auto kept = thinned_places(points, most);
  CAPTURE(most, seed, peak, dip);
  CHECK(kept.size() <= most);
  CHECK(kept.front() == 0);
  CHECK(kept.back() == points.size() - 1);
  CHECK(std::adjacent_find(kept.begin(), kept.end(), std::greater_equal<>()) == kept.end());
  CHECK(std::binary_search(kept.begin(), kept.end(), peak));
  if (peak != dip) CHECK(std::binary_search(kept.begin(), kept.end(), dip));
}

TEST_CASE("a thinned curve lies near the whole one") {
  const auto points = noisy_curve(100'000, 7);
  const auto kept = thinned_places(points, 1000);
  double area = 0;
  for (std::size_t i = 1; i < kept.size(); ++i) {
    const auto [x0, y0] = points[kept[i - 1]];
    const auto [x1, y1] = points[kept[i]];
    area += (y0 + y1) / 2 * (x1 - x0);
  }
  double whole = 0;
  for (std::size_t i = 1; i < points.size(); ++i) whole += (points[i - 1].second + points[i].second) / 2;
  CHECK(area == Approx(whole).epsilon(0.01));
}

TEST_CASE("smoothing is TensorBoard's moving average without its drag towards 0") {
  const auto smooth = smoothed({{1, 4.0}, {2, 2.0}, {3, 6.0}}, 0.5);
  CHECK(smooth[0].value == Approx(4));
  CHECK(smooth[1].value == Approx((0.25 * 4 + 0.5 * 2) / 0.75));
  CHECK(smooth[2].value == Approx((0.125 * 4 + 0.25 * 2 + 0.5 * 6) / 0.875));
  CHECK(smoothed({{1, 5.0}, {2, 5.0}}, 0.99)[1].value == Approx(5));
}

TEST_CASE("smoothing passes over what is no number, and refuses a weight that is none") {
  const auto smooth = smoothed({{1, 1.0}, {2, NAN}, {3, INFINITY}, {4, 1.0}}, 0.9);
  CHECK(std::isnan(smooth[1].value));
  CHECK(std::isinf(smooth[2].value));
  CHECK(smooth[3].value == Approx(1));
  for (const double weight : {-0.1, 1.0, double(NAN)}) CHECK_THROWS_AS(smoothed({{1, 1.0}}, weight), Error);
}
