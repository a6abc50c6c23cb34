#include "train/loss_parts.h"

#include <algorithm>
#include <cmath>

#include "support/ratio_error.h"

namespace folio::train {
namespace {

/// Enough for a standard error, and few enough to be kept with every run.
constexpr std::int64_t kMostParts = 128;

/// Fewer documents than this are cut into stretches: their scatter would say little.
constexpr std::size_t kFewestDocuments = 10;

/// Every `ends` there are, or kMostParts of them, evenly spread.
std::vector<std::int64_t> thinned(std::span<const std::int64_t> ends) {
  const auto count = static_cast<std::int64_t>(ends.size());
  const std::int64_t parts = std::min(count, kMostParts);
  std::vector<std::int64_t> result;
  for (std::int64_t part = 1; part <= parts; ++part)
    result.push_back(ends[static_cast<std::size_t>(part * count / parts - 1)]);
  return result;
}

}  // namespace

LossSums::LossSums(std::int64_t samples, std::span<const std::int64_t> document_ends) {
  std::vector<std::int64_t> ends;
  for (const std::int64_t end : document_ends) ends.push_back(std::min(end, samples));
  ends.erase(std::unique(ends.begin(), ends.end()), ends.end());
  parts_.documents = ends.size() >= kFewestDocuments && ends.back() == samples;
  if (!parts_.documents) {
    ends.resize(static_cast<std::size_t>(samples));
    for (std::int64_t i = 0; i < samples; ++i) ends[static_cast<std::size_t>(i)] = i + 1;
  }
  part_ends_ = thinned(ends);
  parts_.nats.resize(part_ends_.size());
  parts_.scored.resize(part_ends_.size());
}

void LossSums::add(std::int64_t sample, double nats) {
  const auto part = std::upper_bound(part_ends_.begin(), part_ends_.end(), sample) - part_ends_.begin();
  parts_.nats[static_cast<std::size_t>(part)] += nats;
  ++parts_.scored[static_cast<std::size_t>(part)];
  nats_ += nats;
  squares_ += nats * nats;
  ++scored_;
}

double LossSums::standard_error() const {
  if (scored_ < 2) return 0;
  const auto count = static_cast<double>(scored_);
  const double mean = nats_ / count;
  const double of_tokens = std::sqrt(std::max(0.0, squares_ / count - mean * mean) / (count - 1));
  if (parts_.nats.size() < 2) return of_tokens;
  const std::vector<double> scored(parts_.scored.begin(), parts_.scored.end());
  return std::max(of_tokens, ratio_standard_error(parts_.nats, scored));
}

}  // namespace folio::train
