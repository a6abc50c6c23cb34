#include "train/saving/checkpoints.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "formats/checkpoint_manifest.h"
#include "train/saving/model_files.h"

namespace folio::train {

Checkpoints::Checkpoints(std::filesystem::path folder, const TrainingArguments& arguments)
    : folder_(std::move(folder)), arguments_(arguments), writer_(folder_) {}

CheckpointWriter::Where Checkpoints::save(CheckpointContents contents) {
  std::erase(steps_, contents.step);
  steps_.push_back(contents.step);
  contents.outdated = outdated_by_another();
  return writer_.save(std::move(contents));
}

bool Checkpoints::has(std::int64_t step) const { return std::find(steps_.begin(), steps_.end(), step) != steps_.end(); }

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
  if (!arguments_.load_best_model_at_end || !has(best_step_)) return false;
  if (best_step_ != step) restore_model(model, checkpoint_path(folder_, best_step_));
  if (arguments_.save_total_limit == 1) {
    for (const std::int64_t other : steps_)
      if (other != best_step_) std::filesystem::remove_all(checkpoint_path(folder_, other));
    steps_ = {best_step_};
  }
  return best_step_ != step;
}

Metrics Checkpoints::best() const {
  if (!best_metric_) return {};
  return {{"best_metric", *best_metric_}, {"best_step", static_cast<double>(best_step_)}};
}

nlohmann::json Checkpoints::state() const {
  return {{"saved_steps", steps_},
          {"best_metric", best_metric_ ? nlohmann::json(*best_metric_) : nlohmann::json()},
          {"best_step", best_step_},
          {"evaluations_without_gain", evaluations_without_gain_}};
}

void Checkpoints::restore(const nlohmann::json& state, std::int64_t step) {
  if (!state.at("best_metric").is_null()) best_metric_ = state["best_metric"];
  best_step_ = state.at("best_step");
  evaluations_without_gain_ = state.at("evaluations_without_gain");
  steps_.clear();
  for (const CheckpointFolder& saved : checkpoints_in(folder_)) {
    if (saved.step <= step) {
      steps_.insert(steps_.begin(), saved.step);
      continue;
    }
    const std::filesystem::path kept = folder_ / ("superseded-" + std::to_string(saved.step));
    std::filesystem::remove_all(kept);
    std::filesystem::rename(saved.path, kept);
  }
}

/// Takes those out of the list that go once the newest is on the disk.
std::vector<std::int64_t> Checkpoints::outdated_by_another() {
  std::vector<std::int64_t> outdated;
  while (arguments_.save_total_limit > 0 && static_cast<std::int64_t>(steps_.size()) > arguments_.save_total_limit) {
    // The best one stays, and so does the newest: with a limit of one there may be two for a while, as in the Trainer.
    const auto oldest = std::find_if(steps_.begin(), steps_.end() - 1, [&](std::int64_t step) {
      return !(arguments_.load_best_model_at_end && step == best_step_);
    });
    if (oldest == steps_.end() - 1) break;
    outdated.push_back(*oldest);
    steps_.erase(oldest);
  }
  return outdated;
}

}  // namespace folio::train
