#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runs/compare/chance.h"
#include "runs/compare/seeds.h"
#include "runs/record/run.h"

namespace folio::runs {

/// What is known beside a run of how much chance makes of its metrics.
struct Kin {
  std::vector<RunSummary> siblings;  ///< finished runs that differ from it in their seed alone, one a seed
  std::vector<RunSummary> repeats;   ///< finished runs of the same experiment on the same machine, whatever the seed
  std::vector<Point> losses;         ///< its logged training losses
};

/// What tells how much chance makes of a metric.
enum class NoiseSource {
  seeds,             ///< siblings
  repeats,           ///< the same experiment on the same machine
  evaluated_tokens,  ///< the scatter of the evaluated tokens' losses
  logged_losses,     ///< the scatter of the logged training losses
  step_times,        ///< the scatter of the steps' times
  experience,        ///< kFinestLoss, kFinestSpeed, where the runs' own scatter is smaller
};

/// The smallest difference of a metric that can be told from chance.
struct Resolution {
  NoiseSource source = NoiseSource::seeds;
  double by_chance = 0;  ///< in the metric's unit: chance makes more in a share kChance of cases
};

/// Differences of losses below this share of the loss are not told apart without seeds, however small their scatter:
/// in four runs of experiments/smoke.yaml with training.seed=42, 1, 2, 3 two differ by 0.4 % (a standard deviation).
constexpr double kFinestLoss = 0.005;

/// The same of speeds: those of one experiment on one machine differ by more from one hour to the next.
constexpr double kFinestSpeed = 0.05;

/// Of seeds for what a model learned, of repeats for speeds and memory, over each run and its kin; none where neither
/// has any, and of metrics that say nothing of quality.
std::optional<SeedSpread> spread_of(const std::string& metric, const Run& a, const Run& b, const Kin& kin_a,
                                    const Kin& kin_b);

/// From the two runs' own points; none where these do not tell. Evaluations of the same tokens are judged as if they
/// were of other tokens: part by part they differ by less, but then two seeds of one experiment would be told apart.
std::optional<Resolution> own_resolution(const std::string& metric, const Run& a, const Run& b, const Kin& kin_a,
                                         const Kin& kin_b);

/// How far the run's eval_loss strays by chance, from its standard error; 0 where that is not known.
double evaluation_by_chance(const Run& run);

/// How far a run's loss ("eval_loss", "train_loss") strays by chance, from its standard error, and never less than
/// kFinestLoss of it.
double loss_by_chance(const Run& run, const std::string& loss);

/// As in "chance alone makes a difference of 0.02 (judged by the scatter of the steps' times)".
const char* to_string(NoiseSource source);

}  // namespace folio::runs
