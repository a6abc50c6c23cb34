#pragma once

#include <string>
#include <vector>

#include "runs/record/metrics.h"
#include "runs/record/run.h"

namespace folio::runs {

/// What is known of one fact in two runs. A fact that one of them lacks is unknown, never equal.
enum class Finding { equal, different, unknown };

/// What a difference in a fact does to a metric.
enum class Effect {
  none,
  clouds,  ///< part of the metrics' difference may come from it
  breaks,  ///< the values do not measure the same thing
};

constexpr const char* kSeedCheck = "seed";
constexpr const char* kBusyCheck = "other work on the machine";

/// What stands in place of a fact that a run lacks.
constexpr const char* kUnknown = "unknown";

/// One fact that two runs must share for their metrics to be compared.
struct Check {
  std::string name;  ///< "data", "objective"
  Finding finding = Finding::unknown;
  std::string a, b;     ///< the facts as text, or kUnknown
  std::string meaning;  ///< what it means that they differ, or that it is not known; empty when they are equal

  Effect on_token_loss = Effect::none;
  Effect on_text_loss = Effect::none;
  Effect on_evaluation = Effect::none;  ///< on every metric of the evaluation set
  Effect on_whole_run = Effect::none;   ///< on losses and times that are taken over the whole run
  Effect on_speed = Effect::none;
  Effect on_memory = Effect::none;
  Effect on_train_loss = Effect::none;  ///< on losses per token, of training alone
  Effect on_eval_loss = Effect::none;   ///< on losses per token, of the evaluation set alone

  /// What this finding does to a metric: a difference has its effect; what is unknown clouds where a difference would
  /// have any.
  Effect effect_on(const Metric& metric) const;
};

/// All checks that apply to the two runs, the weightiest first. They read, where a run has them: the facts data_hash,
/// stand_in, objective, loss_definition, eval_loss_definition, vocab_size, tokenizer_hash and eval_hash; of the
/// environment precision, device, processor, processors (their number), threads and variables; the settings
/// dataset.split, training.seed and, of the objective that both runs have, dataset.objective; the plugins' hashes; the
/// runs' states, their length (the metrics global_step and epoch beside the fact planned_steps), and whether the
/// machine was busy. Whether the evaluation sets and the definitions of their losses are the same is asked only where
/// one of the runs was evaluated.
std::vector<Check> check_comparability(const Run& a, const Run& b);

std::string_view to_string(Finding finding);

}  // namespace folio::runs
