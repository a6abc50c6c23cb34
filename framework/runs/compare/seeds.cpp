#include "runs/compare/seeds.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>

#include "runs/compare/chance.h"
#include "runs/compare/comparability.h"

namespace folio::runs {
namespace {

/// The sum of the squared distances from the mean.
double squares_around(const std::vector<double>& values, double mean) {
  return std::accumulate(values.begin(), values.end(), 0.0,
                         [&](double sum, double value) { return sum + (value - mean) * (value - mean); });
}

Finding finding_of(const std::vector<Check>& checks, const char* name) {
  for (const Check& check : checks)
    if (check.name == name) return check.finding;
  return Finding::unknown;
}

std::map<std::string, nlohmann::json> settings_without_seeds(const Run& run) {
  auto settings = flat_settings(run.settings);
  settings.erase("training.seed");
  settings.erase("training.data_seed");
  return settings;
}

/// Whether all but seeds is known and equal; whether the machine was busy decides no result.
bool is_same_experiment(const Run& a, const Run& b, const std::vector<Check>& checks) {
  return settings_without_seeds(a) == settings_without_seeds(b) &&
         std::all_of(checks.begin(), checks.end(), [](const Check& check) {
           return check.finding == Finding::equal || check.name == kSeedCheck || check.name == kBusyCheck;
         });
}

}  // namespace

bool differ_only_in_seed(const Run& a, const Run& b) {
  const auto checks = check_comparability(a, b);
  return is_same_experiment(a, b, checks) && finding_of(checks, kSeedCheck) == Finding::different;
}

bool is_repeat(const Run& a, const Run& b) {
  const auto checks = check_comparability(a, b);
  return is_same_experiment(a, b, checks) && finding_of(checks, kBusyCheck) != Finding::different;
}

bool SeedSpread::beyond() const { return std::abs(difference) > by_chance; }

SeedGroup group_of(const std::vector<double>& values) {
  SeedGroup group{values.size(), 0, std::nullopt};
  if (values.empty()) return group;
  const double count = static_cast<double>(values.size());
  group.mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  if (values.size() > 1) group.deviation = std::sqrt(squares_around(values, group.mean) / (count - 1));
  return group;
}

std::optional<SeedSpread> seed_spread(const std::vector<double>& a, const std::vector<double>& b) {
  const auto finite = [](double value) { return std::isfinite(value); };
  if (a.empty() || b.empty() || a.size() + b.size() < 3) return std::nullopt;
  if (!std::all_of(a.begin(), a.end(), finite) || !std::all_of(b.begin(), b.end(), finite)) return std::nullopt;
  SeedSpread spread{group_of(a), group_of(b)};
  spread.difference = spread.b.mean - spread.a.mean;
  const double in_a = static_cast<double>(a.size());
  const double in_b = static_cast<double>(b.size());
  const double freedom = in_a + in_b - 2;
  const double variance = (squares_around(a, spread.a.mean) + squares_around(b, spread.b.mean)) / freedom;
  spread.by_chance = chance_quantile(freedom) * std::sqrt(variance * (1 / in_a + 1 / in_b));
  return spread;
}

}  // namespace folio::runs
