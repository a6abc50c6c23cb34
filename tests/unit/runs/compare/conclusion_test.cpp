#include "runs/compare/conclusion.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "unit/runs/compared_runs.h"

using namespace folio::runs;
using Catch::Contains;
using Catch::StartsWith;
using folio::runs::test::finished_run;

namespace {

/// A pair of runs, the second with the lower loss and another learning rate.
struct Pair {
  Run a = finished_run();
  Run b = finished_run();

  Pair() {
    b.summary.metrics["train_loss"] = 6.0;
    b.settings["training"]["learning_rate"] = 1e-4;
  }

  Conclusion conclusion() const { return conclusion_of(compare(a, b)); }
};

}  // namespace

TEST_CASE("what can be compared is ranked, with what the training loss leaves open") {
  const Conclusion conclusion = Pair().conclusion();
  CHECK(conclusion.shows == "B is better: train_loss of 6.0000 against 6.5000 (a difference of 0.5000, 7.7 %).");
  CHECK_THAT(conclusion.does_not_show, StartsWith("It does not show how well they do on text that they were not "
                                                  "trained on (neither was evaluated on such)") &&
                                           Contains("nor whether other seeds would say the same"));
}

TEST_CASE("a loss that is no number, or infinite, is said, and ranks nothing") {
  Pair pair;
  pair.b.summary.metrics["train_loss"] = GENERATE(std::nan(""), folio::runs::test::kInfinity);
  CHECK_THAT(pair.conclusion().shows,
             StartsWith("B has no finite train_loss, it is ") && Contains("; that of A is 6.5000"));
  std::swap(pair.a.summary.metrics, pair.b.summary.metrics);
  CHECK_THAT(pair.conclusion().shows, StartsWith("A has no finite train_loss"));
  pair.b.summary.metrics = pair.a.summary.metrics;
  CHECK_THAT(pair.conclusion().shows, StartsWith("Neither has a finite train_loss"));
}

TEST_CASE("the evaluation decides where both were evaluated") {
  Pair pair;
  pair.a.summary.metrics["eval_loss"] = 5.0;
  pair.b.summary.metrics["eval_loss"] = 5.5;
  for (Run* run : {&pair.a, &pair.b}) {
    run->facts["eval_hash"] = "e1";
    run->facts["eval_samples"] = 30;
  }
  CHECK_THAT(pair.conclusion().shows, StartsWith("A is better: eval_loss of 5.0000 against 5.5000"));
  CHECK_THAT(pair.conclusion().does_not_show, !Contains("not trained on"));
}

TEST_CASE("a ranking that rests on unknown facts names them") {
  Pair pair;
  pair.a.facts.erase("data_hash");
  CHECK_THAT(pair.conclusion().shows,
             StartsWith("Provided that the two agree in what is not known (data), B is better"));
}

TEST_CASE("over different tokens the bits per byte decide") {
  Pair pair;
  pair.b.facts["tokenizer_hash"] = "t2";
  pair.a.summary.metrics["train_bits_per_byte"] = 2.0;
  pair.b.summary.metrics["train_bits_per_byte"] = 2.5;
  CHECK_THAT(pair.conclusion().shows, StartsWith("A is better: train_bits_per_byte of 2.0000 against 2.5000"));
}

TEST_CASE("of different tasks and texts no better one is named") {
  Pair pair;
  pair.b.facts["objective"] = "masked";
  CHECK_THAT(pair.conclusion().shows, StartsWith("This shows how far each came on a task of its own") &&
                                          Contains("94.1 %") && Contains("86.9 %"));
  CHECK_THAT(pair.conclusion().does_not_show, Contains("which is the better model, since the next token"));
  pair = Pair();
  pair.b.facts["data_hash"] = "d2";
  CHECK_THAT(pair.conclusion().shows, !Contains("is better"));
  CHECK_THAT(pair.conclusion().does_not_show, Contains("since they read different texts"));
}

TEST_CASE("a difference of seeds alone is chance") {
  Pair pair;
  pair.b.settings = pair.a.settings;
  pair.b.settings["training"]["seed"] = 7;
  CHECK_THAT(pair.conclusion().shows, StartsWith("The two are one experiment with two seeds"));
}

TEST_CASE("runs of different length are not ranked at the same step") {
  Pair pair;
  pair.a.summary.metrics["global_step"] = 100;
  pair.b.summary.metrics["global_step"] = 200;
  CHECK_THAT(pair.conclusion().does_not_show, Contains("which is ahead after as many steps"));
}

TEST_CASE("equal losses are said to be the same, and other machines not to tell which is faster") {
  Pair pair;
  pair.b.summary.metrics["train_loss"] = 6.5;
  pair.b.environment["processor"] = "B";
  CHECK(pair.conclusion().shows == "Both have the same train_loss of 6.5000.");
  CHECK_THAT(pair.conclusion().does_not_show, Contains("which is faster, since the machines differ"));
}
