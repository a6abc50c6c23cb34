// How often a comparison calls one of two equal runs the better one, or ahead: pairs are made up whose values differ by
// chance alone, in the way that an evaluation, a training and a machine make them, and go through all that makes a
// verdict of them. With "-s" Catch prints the counts.

#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <random>

#include "train/loss_parts.h"
#include "train/pace.h"
#include "unit/runs/compared_runs.h"

namespace runs = folio::runs;
using folio::runs::test::finished_run;
using folio::runs::test::metric_named;
using folio::train::LossSums;
using folio::train::Pace;

namespace {

constexpr int kPairs = 1000;
constexpr int kMostWrong = kPairs / 20;

/// A run and what is known beside it.
struct Trial {
  runs::Run run = finished_run();
  runs::Kin kin;
};

std::mt19937 generator(7);

double normal(double mean, double deviation) { return std::normal_distribution<double>(mean, deviation)(generator); }

/// Of how many pairs of equal runs a verdict is given, for each of the metrics; none may be more than a twentieth.
void count_wrong(const std::vector<std::string>& metrics, const std::function<void(Trial&, Trial&)>& make) {
  std::map<std::string, int> wrong;
  for (int pair = 0; pair < kPairs; ++pair) {
    Trial a, b;
    b.run.settings["training"]["learning_rate"] = 1e-4;
    make(a, b);
    const runs::Comparison comparison = runs::compare(a.run, b.run, a.kin, b.kin);
    for (const std::string& name : metrics) {
      const runs::Outcome outcome = metric_named(comparison, name).outcome;
      CHECK(
          (outcome == runs::Outcome::ahead || outcome == runs::Outcome::better || outcome == runs::Outcome::not_seen));
      if (outcome != runs::Outcome::not_seen) ++wrong[name];
    }
  }
  for (const std::string& name : metrics) {
    CAPTURE(name);
    CHECK(wrong[name] <= kMostWrong);
  }
}

/// Tokens' losses of an evaluation: each sample is as hard as it is, and each token is besides.
void add_evaluation(Trial& trial, const std::vector<double>& samples) {
  constexpr int kTokens = 8;
  LossSums sums(static_cast<std::int64_t>(samples.size()), {});
  for (std::size_t sample = 0; sample < samples.size(); ++sample)
    for (int token = 0; token < kTokens; ++token)
      sums.add(static_cast<std::int64_t>(sample), samples[sample] + normal(0, 2));
  const double loss = sums.nats() / static_cast<double>(sums.scored());
  auto& metrics = trial.run.summary.metrics;
  metrics["eval_loss"] = loss;
  metrics["eval_loss_stderr"] = sums.standard_error();
  metrics["perplexity"] = std::exp(loss);
  metrics["eval_bits_per_byte"] = loss / std::log(2.0) / 3;
  trial.run.facts["eval_hash"] = "e1";
  trial.run.facts["eval_parts"] = {{"by", "stretches"}, {"nats", sums.parts().nats}, {"scored", sums.parts().scored}};
}

std::vector<double> some_samples(int count) {
  std::vector<double> samples;
  for (int i = 0; i < count; ++i) samples.push_back(normal(5, 0.6));
  return samples;
}

/// A training loss that falls, and scatters from step to step.
void add_training(Trial& trial) {
  constexpr int kSteps = 150, kLogged = 10;
  double sum = 0, window = 0;
  for (int step = 1; step <= kSteps; ++step) {
    const double loss = 4 + 3 * std::exp(-step / 60.0) + normal(0, 0.4);
    sum += loss;
    window += loss / kLogged;
    if (step % kLogged != 0) continue;
    trial.kin.losses.push_back({step, window});
    window = 0;
  }
  trial.run.summary.metrics["train_loss"] = sum / kSteps;
  trial.run.summary.metrics["train_bits_per_byte"] = sum / kSteps / std::log(2.0) / 3;
  trial.run.summary.metrics["loss"] = trial.kin.losses.back().value;
}

/// Steps of uneven length, on a machine that is slower for a while.
void add_step_times(Trial& trial) {
  constexpr int kSteps = 100, kTokens = 500;
  Pace pace;
  double seconds = 0, drift = 0;
  for (int step = 0; step < kSteps; ++step) {
    drift = 0.5 * drift + normal(0, 0.05);
    const double of_step = 0.2 * std::exp(drift + normal(0, 0.3));
    pace.add(kTokens, of_step);
    seconds += of_step;
  }
  auto& metrics = trial.run.summary.metrics;
  metrics["tokens_per_second"] = kSteps * kTokens / seconds;
  metrics["tokens_per_second_stderr"] = *pace.standard_error();
  metrics["train_runtime"] = seconds;
  metrics["train_steps_per_second"] = kSteps / seconds;
}

/// Kin of which each value of the metric is drawn alike.
std::vector<runs::RunSummary> kin_with(const char* metric, int count, const std::function<double()>& draw) {
  std::vector<runs::RunSummary> kin(static_cast<std::size_t>(count));
  for (runs::RunSummary& run : kin) run.metrics[metric] = draw();
  return kin;
}

const std::vector<std::string> kEvaluation{"eval_loss", "perplexity", "eval_bits_per_byte"};

}  // namespace

TEST_CASE("equal models evaluated on other tokens of one kind are rarely told apart") {
  count_wrong(kEvaluation, [](Trial& a, Trial& b) {
    add_evaluation(a, some_samples(40));
    add_evaluation(b, some_samples(41));  // so that nothing is compared part by part
  });
}

TEST_CASE("equal models evaluated on the same tokens are rarely told apart") {
  count_wrong(kEvaluation, [](Trial& a, Trial& b) {
    const auto samples = some_samples(40);
    add_evaluation(a, samples);
    add_evaluation(b, samples);
    REQUIRE(runs::paired_difference(a.run, b.run));
  });
}

TEST_CASE("equal trainings are rarely told apart by their losses") {
  count_wrong({"train_loss", "train_bits_per_byte", "loss"}, [](Trial& a, Trial& b) {
    add_training(a);
    add_training(b);
  });
}

TEST_CASE("equal machines are rarely told apart by their speed") {
  count_wrong({"tokens_per_second", "train_runtime", "train_steps_per_second"}, [](Trial& a, Trial& b) {
    add_step_times(a);
    add_step_times(b);
  });
}

TEST_CASE("equal experiments with seeds are rarely told apart") {
  const int in_a = GENERATE(1, 2, 4), in_b = GENERATE(0, 2);
  const auto draw = [] { return normal(5, 0.1); };
  count_wrong({"eval_loss"}, [&](Trial& a, Trial& b) {
    for (Trial* trial : {&a, &b}) {
      trial->run.facts["eval_hash"] = "e1";
      trial->run.summary.metrics["eval_loss"] = draw();
      trial->kin.siblings = kin_with("eval_loss", trial == &a ? in_a : in_b, draw);
    }
  });
}

TEST_CASE("equal experiments with repeats are rarely told apart by their speed or memory") {
  const char* metric = GENERATE("tokens_per_second", "peak_memory_bytes");
  const auto draw = [] { return 1e9 * std::exp(normal(0, 0.2)); };
  count_wrong({metric}, [&](Trial& a, Trial& b) {
    for (Trial* trial : {&a, &b}) {
      trial->run.summary.metrics[metric] = draw();
      trial->kin.repeats = kin_with(metric, 2, draw);
    }
  });
}
