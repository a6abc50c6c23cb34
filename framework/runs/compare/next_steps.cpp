#include "runs/compare/next_steps.h"

#include <fmt/format.h>

#include <algorithm>

#include "runs/record/facts.h"
#include "support/human.h"

namespace folio::runs {
namespace {

constexpr const char* kSameHere = "the same model on the book here, with its last tenth kept for evaluation";
constexpr const char* kWithEvaluation = "the same with a tenth of the text kept for evaluation";
constexpr const char* kHowMuchSeedsMake = "how much another seed alone makes of it";

/// The first so many, each command once.
std::vector<NextStep> weightiest(const std::vector<NextStep>& steps, std::size_t most) {
  std::vector<NextStep> chosen;
  for (const NextStep& step : steps) {
    const auto same = [&](const NextStep& other) { return other.command == step.command; };
    if (chosen.size() < most && std::none_of(chosen.begin(), chosen.end(), same)) chosen.push_back(step);
  }
  return chosen;
}

/// What 'runner' takes to run the experiment of this run again; empty where its file is not known.
std::string again(const Run& run) {
  if (run.summary.experiment_file.empty()) return "";
  std::string words = "./runner " + shell_word(shown_path(run.summary.experiment_file));
  for (const std::string& change : run.info.overrides) words += " " + shell_word(change);
  return words;
}

/// The run, as 'runner' is given it.
std::string name_of(const Run& run) {
  const std::string like = is_baseline(run.summary) ? experiment_like(run) : "";
  return like.empty() ? run.summary.id : like;
}

/// Whether some of its text is kept for evaluation, though it may have ended before one.
bool is_evaluated(const Run& run) {
  return metric_of(run, "eval_loss").has_value() || facts_from_json(run.facts).eval_samples.value_or(0) > 0;
}

void add_baselines(const Run& a, const Run& b, std::vector<NextStep>& steps) {
  for (const Run* run : {&a, &b}) {
    const std::string like = is_baseline(run->summary) ? experiment_like(*run) : "";
    if (like.empty()) continue;
    steps.push_back({fmt::format("./runner {} dataset.validation=0.1", like), kSameHere});
    if (run == &a && is_baseline(b.summary)) continue;
    steps.push_back({"./runner show latest --explain", "what its loss means, and whether it was still falling"});
  }
  if (is_baseline(a.summary) && is_baseline(b.summary) && steps.size() > 1)
    steps.push_back({fmt::format("./runner diff {} {}", name_of(a), name_of(b)),
                     "all that is unknown above is known then, and both losses are of text not trained on"});
}

void add_evaluation(const Run& a, const Run& b, std::vector<NextStep>& steps) {
  for (const Run* run : {&a, &b}) {
    const std::string command = again(*run);
    if (command.empty() || is_evaluated(*run)) continue;
    steps.push_back({command + " dataset.validation=0.1", kWithEvaluation});
  }
}

/// Seeds for the losses, where one run is ahead or nothing tells.
void add_seeds(const Run& a, const Run& b, const Comparison& comparison, std::vector<NextStep>& steps) {
  const MetricComparison* loss = comparison.metric(comparison.loss);
  const bool open = loss && !loss->spread && (loss->outcome == Outcome::ahead || loss->outcome == Outcome::not_known);
  if (!open) return;
  for (const Run* run : {&a, &b}) {
    const std::string command = again(*run);
    if (!command.empty())
      steps.push_back({fmt::format("for seed in 1 2 3; do {} training.seed=$seed; done", command),
                       std::string(kHowMuchSeedsMake) + "; then this comparison again"});
  }
}

void add_repeats(const Run& a, const Comparison& comparison, std::vector<NextStep>& steps) {
  const MetricComparison* speed = comparison.metric("tokens_per_second");
  const std::string command = again(a);
  if (speed && speed->outcome == Outcome::ahead && !command.empty())
    steps.push_back({command, "how much the machine alone makes of the speed; then this comparison again"});
}

}  // namespace

std::string experiment_like(const Run& baseline) {
  if (baseline.summary.model == "gpt") return "experiments/romeo.yaml";
  return baseline.summary.model == "bert" ? "experiments/romeo-bert.yaml" : "";
}

std::vector<NextStep> next_steps(const Run& a, const Run& b, const Comparison& comparison) {
  std::vector<NextStep> steps;
  add_baselines(a, b, steps);
  add_evaluation(a, b, steps);
  add_seeds(a, b, comparison, steps);
  add_repeats(a, comparison, steps);
  return weightiest(steps, 4);
}

std::vector<NextStep> next_steps(const Run& run) {
  std::vector<NextStep> steps;
  const std::string like = is_baseline(run.summary) ? experiment_like(run) : "";
  if (!like.empty()) {
    steps.push_back({fmt::format("./runner {} dataset.validation=0.1", like), kSameHere});
    steps.push_back(
        {fmt::format("./runner diff {} {}", run.summary.id, like), "what may be read beside it, and what not"});
    return steps;
  }
  const std::string command = again(run);
  if (command.empty()) return steps;
  if (!is_evaluated(run)) steps.push_back({command + " dataset.validation=0.1", kWithEvaluation});
  steps.push_back({fmt::format("for seed in 1 2 3; do {} training.seed=$seed; done", command), kHowMuchSeedsMake});
  steps.push_back(
      {fmt::format("./runner compare --where 'name={}' --group", run.summary.name), "their mean and spread"});
  return weightiest(steps, 3);
}

}  // namespace folio::runs
