#include "train/pace.h"

#include <cmath>

namespace folio::train {

void Pace::add(std::int64_t tokens, double seconds) {
  open_.tokens += static_cast<double>(tokens);
  open_.seconds += seconds;
  if (++steps_in_open_ < steps_a_stretch_) return;
  stretches_.push_back(open_);
  open_ = {};
  steps_in_open_ = 0;
  if (stretches_.size() < kMost) return;
  for (std::size_t i = 0; i < kMost / 2; ++i) {
    const Stretch &first = stretches_[2 * i], &second = stretches_[2 * i + 1];
    stretches_[i] = {first.tokens + second.tokens, first.seconds + second.seconds};
  }
  stretches_.resize(kMost / 2);
  steps_a_stretch_ *= 2;
}

std::optional<double> Pace::standard_error() const {
  if (stretches_.size() < kFewest) return std::nullopt;
  double tokens = 0, seconds = 0, scatter = 0;
  for (const Stretch& stretch : stretches_) {
    tokens += stretch.tokens;
    seconds += stretch.seconds;
  }
  for (const Stretch& stretch : stretches_) scatter += std::pow(stretch.tokens - tokens / seconds * stretch.seconds, 2);
  const auto count = static_cast<double>(stretches_.size());
  return std::sqrt(scatter * count / (count - 1)) / seconds;
}

}  // namespace folio::train
