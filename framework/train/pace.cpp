#include "train/pace.h"

#include "support/ratio_error.h"

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
  std::vector<double> tokens, seconds;
  for (const Stretch& stretch : stretches_) {
    tokens.push_back(stretch.tokens);
    seconds.push_back(stretch.seconds);
  }
  return ratio_standard_error(tokens, seconds);
}

}  // namespace folio::train
