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

// Student's t at 99 %: 3.746947 with 4 degrees of freedom, 6.964557 with 2.
TEST_CASE("the difference that chance makes is that of Student's t-test") {
  const auto both = seed_spread({4.90, 4.92, 4.88}, {4.80, 4.83, 4.77});
  REQUIRE(both);
  CHECK(both->difference == Approx(-0.1));
  CHECK(both->by_chance == Approx(3.746947 * std::sqrt((2 * 0.0004 + 2 * 0.0009) / 4 * (2.0 / 3))).epsilon(1e-6));
  CHECK(both->beyond());
  const auto single = seed_spread({4.90, 4.92, 4.88}, {4.85});
  REQUIRE(single);
  CHECK(single->by_chance == Approx(6.964557 * 0.02 * std::sqrt(4.0 / 3)).epsilon(1e-6));
  CHECK_FALSE(single->beyond());
}

TEST_CASE("of single runs, and of values that are no numbers, there is no spread") {
  CHECK_FALSE(seed_spread({4.9}, {4.8}));
  CHECK_FALSE(seed_spread({}, {4.8, 4.7}));
  CHECK_FALSE(seed_spread({4.9, std::nan("")}, {4.8}));
}

TEST_CASE("a comparison says whether a difference is beyond what other seeds make") {
  Run a = finished_run();
  a.summary.metrics["train_loss"] = 4.90;
  Run b = a;
  b.settings["training"]["learning_rate"] = 1e-4;
  b.summary.metrics["train_loss"] = 4.80;
  const Kin kin_a{.siblings = {sibling(4.92), sibling(4.88)}, .repeats = {}, .losses = {}};
  const Kin kin_b{.siblings = {sibling(4.83), sibling(4.77)}, .repeats = {}, .losses = {}};
  Comparison comparison = compare(a, b, kin_a, kin_b);
  REQUIRE(metric_named(comparison, "train_loss").spread);
  CHECK(metric_named(comparison, "train_loss").outcome == Outcome::better);
  CHECK_FALSE(metric_named(comparison, "epoch").spread);  // says nothing of quality
  CHECK_THAT(conclusion_of(a, b, comparison).shows, Catch::Contains("by more than other seeds would make of it"));

  b.summary.metrics["train_loss"] = 4.89;
  comparison = compare(a, b, kin_a, {});
  CHECK(metric_named(comparison, "train_loss").outcome == Outcome::not_seen);
  CHECK_THAT(conclusion_of(a, b, comparison).shows, Catch::StartsWith("No difference that can be seen"));
}

TEST_CASE("speeds and memory are judged by repeats on the same machine, whatever the seed") {
  Run a = finished_run();
  Run b = a;
  CHECK(is_repeat(a, b));
  b.settings["training"]["seed"] = 7;
  CHECK(is_repeat(a, b));
  b.environment["machine_was_busy"] = true;
  CHECK_FALSE(is_repeat(a, b));
  CHECK(differ_only_in_seed(a, b));  // other work changes no loss
  b.environment = a.environment;
  b.environment["processor"] = "B";
  CHECK_FALSE(is_repeat(a, b));

  b = a;
  b.settings["training"]["learning_rate"] = 1e-4;
  const auto repeat = [](double speed) {
    RunSummary summary;
    summary.metrics = {{"tokens_per_second", speed}};
    return summary;
  };
  const Kin kin{.siblings = {}, .repeats = {repeat(900), repeat(1100)}, .losses = {}};
  a.summary.metrics["tokens_per_second"] = 1000;
  b.summary.metrics["tokens_per_second"] = 1380;
  CHECK(metric_named(compare(a, b, kin, {}), "tokens_per_second").outcome == Outcome::not_seen);
  b.summary.metrics["tokens_per_second"] = 2000;
  CHECK(metric_named(compare(a, b, kin, {}), "tokens_per_second").outcome == Outcome::better);
}
