#include "runs/compare/seeds.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "runs/compare/conclusion.h"
#include "unit/runs/compared_runs.h"

using namespace folio::runs;
using folio::runs::test::finished_run;
using folio::runs::test::metric_named;

namespace {

RunSummary sibling(double loss) {
  RunSummary summary;
  summary.metrics = {{"train_loss", loss}};
  return summary;
}

}  // namespace

TEST_CASE("siblings differ in their seed, and in nothing else that is known to matter") {
  const Run a = finished_run();
  Run b = a;
  CHECK_FALSE(differ_only_in_seed(a, b));  // the same run twice tells nothing of the spread
  b.settings["training"]["seed"] = 7;
  b.settings["training"]["data_seed"] = 7;
  CHECK(differ_only_in_seed(a, b));
  b.settings["training"]["learning_rate"] = 1e-4;
  CHECK_FALSE(differ_only_in_seed(a, b));
  b.settings = a.settings;
  b.settings["training"]["seed"] = 7;
  b.facts.erase("data_hash");  // unknown, never equal
  CHECK_FALSE(differ_only_in_seed(a, b));
  b.facts = a.facts;
  b.info.plugins[0].library_hash = "build-2";
  CHECK_FALSE(differ_only_in_seed(a, b));
}

TEST_CASE("a group has its mean and the standard deviation of a sample") {
  const SeedGroup group = group_of({4.90, 4.92, 4.88});
  CHECK(group.runs == 3);
  CHECK(group.mean == Approx(4.90));
  CHECK(*group.deviation == Approx(0.02));
  CHECK_FALSE(group_of({4.9}).deviation);
}

// Student's t at 97.5 %: 2.776445 with 4 degrees of freedom, 4.302653 with 2.
TEST_CASE("the difference that chance makes is that of Student's t-test") {
  const auto both = seed_spread({4.90, 4.92, 4.88}, {4.80, 4.83, 4.77});
  REQUIRE(both);
  CHECK(both->difference == Approx(-0.1));
  CHECK(both->by_chance == Approx(2.776445 * std::sqrt((2 * 0.0004 + 2 * 0.0009) / 4 * (2.0 / 3))).epsilon(1e-6));
  CHECK(both->beyond());
  const auto single = seed_spread({4.90, 4.92, 4.88}, {4.85});
  REQUIRE(single);
  CHECK(single->by_chance == Approx(4.302653 * 0.02 * std::sqrt(4.0 / 3)).epsilon(1e-6));
  CHECK_FALSE(single->beyond());
}

TEST_CASE("of single runs, and of values that are no numbers, there is no spread") {
  CHECK_FALSE(seed_spread({4.9}, {4.8}));
  CHECK_FALSE(seed_spread({}, {4.8, 4.7}));
  CHECK_FALSE(seed_spread({4.9, std::nan("")}, {4.8}));
}

TEST_CASE("a comparison says whether a difference is beyond what other seeds make") {
  Run a = finished_run();
  a.summary.metrics = {{"train_loss", 4.90}, {"epoch", 3.0}};
  Run b = a;
  b.settings["training"]["learning_rate"] = 1e-4;
  b.summary.metrics["train_loss"] = 4.80;
  const Siblings siblings{{sibling(4.92), sibling(4.88)}, {sibling(4.83), sibling(4.77)}};
  Comparison comparison = compare(a, b, siblings);
  REQUIRE(metric_named(comparison, "train_loss").spread);
  CHECK(metric_named(comparison, "train_loss").spread->beyond());
  CHECK_FALSE(metric_named(comparison, "epoch").spread);  // says nothing of quality
  CHECK_THAT(conclusion_of(comparison).shows, Catch::Contains("by more than other seeds would make of it"));

  b.summary.metrics["train_loss"] = 4.89;
  comparison = compare(a, b, {siblings.a, {}});
  CHECK_FALSE(metric_named(comparison, "train_loss").spread->beyond());
  CHECK_THAT(conclusion_of(comparison).shows, Catch::StartsWith("Neither is better as far as can be told"));
}
