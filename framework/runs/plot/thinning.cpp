#include "runs/plot/thinning.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace folio::runs {
namespace {

using Places = std::vector<std::size_t>;

constexpr std::size_t kStretchesToPoint = 2;  // MinMaxLTTB's ratio of 4 points to each that is kept

/// The lowest and the highest of `stretches` stretches of equally many points, and both ends.
Places extremes(std::span<const PlacedPoint> points, std::size_t stretches) {
  Places places{0};
  const std::size_t inner = points.size() - 2;
  for (std::size_t i = 0; i < stretches; ++i) {
    const std::size_t begin = 1 + inner * i / stretches, end = 1 + inner * (i + 1) / stretches;
    if (begin == end) continue;
    const auto lower = [&](const PlacedPoint& a, const PlacedPoint& b) { return a.second < b.second; };
    const auto [low, high] = std::minmax_element(points.begin() + static_cast<std::ptrdiff_t>(begin),
                                                 points.begin() + static_cast<std::ptrdiff_t>(end), lower);
    const auto a = static_cast<std::size_t>(std::min(low, high) - points.begin());
    const auto b = static_cast<std::size_t>(std::max(low, high) - points.begin());
    places.push_back(a);
    if (b != a) places.push_back(b);
  }
  places.push_back(points.size() - 1);
  return places;
}

PlacedPoint mean_of(std::span<const PlacedPoint> points, const Places& places, std::size_t begin, std::size_t end) {
  PlacedPoint mean{0, 0};
  for (std::size_t i = begin; i < end; ++i) {
    mean.first += points[places[i]].first / static_cast<double>(end - begin);
    mean.second += points[places[i]].second / static_cast<double>(end - begin);
  }
  return mean;
}

double triangle(const PlacedPoint& a, const PlacedPoint& b, const PlacedPoint& c) {
  return std::abs((a.first - c.first) * (b.second - a.second) - (a.first - b.first) * (c.second - a.second));
}

/// `most` of the places, at least three: of each bucket the one that makes the largest triangle with the one that was
/// kept before it and with the mean of the next bucket.
Places largest_triangles(std::span<const PlacedPoint> points, const Places& places, std::size_t most) {
  Places kept{places.front()};
  const std::size_t buckets = most - 2, inner = places.size() - 2;
  const auto edge = [&](std::size_t bucket) { return 1 + inner * bucket / buckets; };
  for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
    const bool is_last = bucket + 1 == buckets;
    const PlacedPoint next =
        is_last ? points[places.back()] : mean_of(points, places, edge(bucket + 1), edge(bucket + 2));
    std::size_t best = places[edge(bucket)];
    double largest = -1;
    for (std::size_t i = edge(bucket); i < edge(bucket + 1); ++i) {
      const double size = triangle(points[kept.back()], points[places[i]], next);
      if (size <= largest) continue;
      largest = size;
      best = places[i];
    }
    kept.push_back(best);
  }
  kept.push_back(places.back());
  return kept;
}

/// Puts the places in, each for its nearest neighbour; the ends stay, and so do the places themselves.
void keep_all(Places& kept, const Places& places) {
  for (const std::size_t place : places) {
    const auto next = std::lower_bound(kept.begin(), kept.end(), place);
    if (*next == place) continue;
    auto nearest = kept.end();
    const auto distance = [&](std::size_t other) { return std::max(place, other) - std::min(place, other); };
    for (auto other = kept.begin() + 1; other + 1 != kept.end(); ++other) {
      if (std::find(places.begin(), places.end(), *other) != places.end()) continue;
      if (nearest == kept.end() || distance(*other) < distance(*nearest)) nearest = other;
    }
    *nearest = place;
    std::sort(kept.begin() + 1, kept.end() - 1);
  }
}

}  // namespace

std::vector<std::size_t> thinned_places(std::span<const PlacedPoint> points, std::size_t most) {
  if (most == 0 || points.size() <= most) {
    Places all(points.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    return all;
  }
  if (most < 3) return most == 1 ? Places{points.size() - 1} : Places{0, points.size() - 1};
  const Places candidates = extremes(points, kStretchesToPoint * most);
  Places kept = candidates.size() > most ? largest_triangles(points, candidates, most) : candidates;
  if (most < 4) return kept;
  const auto lower = [](const PlacedPoint& a, const PlacedPoint& b) { return a.second < b.second; };
  const auto [low, high] = std::minmax_element(points.begin(), points.end(), lower);
  keep_all(kept, {static_cast<std::size_t>(low - points.begin()), static_cast<std::size_t>(high - points.begin())});
  return kept;
}

}  // namespace folio::runs
