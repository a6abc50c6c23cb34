#include "train/checkpoints.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "train/saving.h"

namespace folio::train {

Checkpoints::Checkpoints(std::filesystem::path folder, const TrainingArguments& arguments)
    : folder_(std::move(folder)), arguments_(arguments) {}

void Checkpoints::save(const Model& model, std::int64_t step) {
  save_model(model, path_of(step));
  steps_.push_back(step);
  remove_oldest();
}

void Checkpoints::judge(const Metrics& metrics, std::int64_t step) {
  const double value = metrics.at(arguments_.metric_for_best_model);
  if (std::isnan(value)) {  // nothing that came after would be better than it
    ++evaluations_without_gain_;
    return;
  }
  const double gain = best_metric_ ? (arguments_.greater_is_better ? value - *best_metric_ : *best_metric_ - value)
                                   : std::numeric_limits<double>::infinity();
  evaluations_without_gain_ = gain > arguments_.early_stopping_threshold ? 0 : evaluations_without_gain_ + 1;
  if (gain > 0) {
    best_metric_ = value;
    best_step_ = step;
  }
}

bool Checkpoints::out_of_patience() const {
  return arguments_.early_stopping_patience > 0 && evaluations_without_gain_ >= arguments_.early_stopping_patience;
}

bool Checkpoints::load_best(Model& model, std::int64_t step) {
  const bool kept = std::find(steps_.begin(), steps_.end(), best_step_) != steps_.end();
  if (!arguments_.load_best_model_at_end || !kept) return false;
  if (best_step_ != step) load_model(model, path_of(best_step_));
  if (arguments_.save_total_limit == 1) {
    for (const std::int64_t other : steps_)
      if (other != best_step_) std::filesystem::remove_all(path_of(other));
    steps_ = {best_step_};
  }
  return best_step_ != step;
}

Metrics Checkpoints::best() const {
  if (!best_metric_) return {};
  return {{"best_metric", *best_metric_}, {"best_step", static_cast<double>(best_step_)}};
}

std::filesystem::path Checkpoints::path_of(std::int64_t step) const {
  return folder_ / ("checkpoint-" + std::to_string(step));
}

void Checkpoints::remove_oldest() {
  while (arguments_.save_total_limit > 0 && static_cast<std::int64_t>(steps_.size()) > arguments_.save_total_limit) {
    // The best one stays, and so does the newest: with a limit of one there may be two for a while, as in the Trainer.
    const auto oldest = std::find_if(steps_.begin(), steps_.end() - 1, [&](std::int64_t step) {
      return !(arguments_.load_best_model_at_end && step == best_step_);
    });
    if (oldest == steps_.end() - 1) return;
    std::filesystem::remove_all(path_of(*oldest));
    steps_.erase(oldest);
  }
}

}  // namespace folio::train
