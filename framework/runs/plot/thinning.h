#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace folio::runs {

using PlacedPoint = std::pair<double, double>;  ///< (x, y), finite

/// The places of the points that stand for a curve, `most` at most (and all of them where there are no more, or `most`
/// is 0): first the lowest and the highest of each of some stretches, so that no peak is lost; of these, by
/// largest-triangle-three-buckets, the ones that keep its form (S. Steinarsson, "Downsampling Time Series for Visual
/// Representation", 2013; the two together: Van Der Donckt et al., "MinMaxLTTB", 2023). The first and the last point
/// stay; so do, with `most` at least 4, the lowest and the highest of all.
std::vector<std::size_t> thinned_places(std::span<const PlacedPoint> points, std::size_t most);

}  // namespace folio::runs
