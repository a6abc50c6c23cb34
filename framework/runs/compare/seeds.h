#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "runs/record/run.h"

namespace folio::runs {

/// Whether two finished runs differ in their seeds alone: all other settings are equal, and all facts that decide
/// whether runs can be compared are known and equal.
bool differ_only_in_seed(const Run& a, const Run& b);

/// Whether two finished runs are of one experiment, whatever their seeds, and of one machine that nothing else is known
/// to have kept busy: what their speeds differ by is chance.
bool is_repeat(const Run& a, const Run& b);

/// Values of one metric over runs that differ only in their seed.
struct SeedGroup {
  std::size_t runs = 0;
  double mean = 0;
  std::optional<double> deviation;  ///< standard deviation of a sample (n - 1); none of a single run
};

/// Two groups, and whether their means differ by more than another choice of seeds would make of them.
struct SeedSpread {
  SeedGroup a, b;
  double difference = 0;  ///< of the means, b - a
  double by_chance = 0;   ///< the difference that chance alone exceeds in a share kChance of cases
  bool beyond() const;
};

/// Student's t-test for two means, with the standard deviation pooled over both groups (they are taken to spread
/// alike, so that a single run can be held against a group). None where neither group has two runs, or a value is not
/// finite.
std::optional<SeedSpread> seed_spread(const std::vector<double>& a, const std::vector<double>& b);

/// None for no values.
SeedGroup group_of(const std::vector<double>& values);

}  // namespace folio::runs
