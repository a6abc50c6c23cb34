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

nlohmann::json Pace::state() const {
  nlohmann::json stretches = nlohmann::json::array();
  for (const Stretch& stretch : stretches_) stretches.push_back({stretch.tokens, stretch.seconds});
  return {{"stretches", stretches},
          {"open", {open_.tokens, open_.seconds}},
          {"steps_in_open", steps_in_open_},
          {"steps_a_stretch", steps_a_stretch_}};
}

void Pace::restore(const nlohmann::json& state) {
  stretches_.clear();
  for (const nlohmann::json& stretch : state.at("stretches")) stretches_.push_back({stretch.at(0), stretch.at(1)});
  open_ = {state.at("open").at(0), state.at("open").at(1)};
  steps_in_open_ = state.at("steps_in_open");
  steps_a_stretch_ = state.at("steps_a_stretch");
}

}  // namespace folio::train
