#include "runs/compare/conclusion.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "unit/runs/compared_runs.h"

using namespace folio::runs;
using Catch::Contains;
using Catch::StartsWith;
using folio::runs::test::finished_run;
using folio::runs::test::steady;

namespace {

/// A pair of runs, the second with the lower loss and another learning rate.
struct Pair {
  Run a = finished_run();
  Run b = finished_run();

  Pair() {
    b.summary.metrics["train_loss"] = 6.0;
    b.settings["training"]["learning_rate"] = 1e-4;
  }

  Conclusion conclusion() const { return conclusion_of(a, b, compare(a, b, steady(), steady())); }
};

}  // namespace

TEST_CASE("what can be compared is ranked, with what the training loss leaves open") {
  const Conclusion conclusion = Pair().conclusion();
  CHECK_THAT(conclusion.shows, StartsWith("B is ahead in this one pair of runs: train_loss of 6.0000 against 6.5000 (a "
                                          "difference of 0.5000, 7.7 %); chance alone can make 0.0300"));
  CHECK_THAT(conclusion.does_not_show, StartsWith("It does not show how well they do on text that they were not "
                                                  "trained on (neither was evaluated on such text)") &&
                                           Contains("nor whether other seeds would say the same"));
}

TEST_CASE("a loss that is no number, or infinite, is said, and ranks nothing") {
  Pair pair;
  pair.b.summary.metrics["train_loss"] = GENERATE(std::nan(""), folio::runs::test::kInfinity);
  CHECK_THAT(pair.conclusion().shows,
             StartsWith("B has no finite train_loss: it is ") && Contains("; that of A is 6.5000"));
  std::swap(pair.a.summary.metrics, pair.b.summary.metrics);
  CHECK_THAT(pair.conclusion().shows, StartsWith("A has no finite train_loss"));
  pair.b.summary.metrics = pair.a.summary.metrics;
  CHECK_THAT(pair.conclusion().shows, StartsWith("Neither run has a finite train_loss"));
}

TEST_CASE("the evaluation decides where both were evaluated") {
  Pair pair;
  pair.a.summary.metrics["eval_loss"] = 5.0;
  pair.b.summary.metrics["eval_loss"] = 5.5;
  for (Run* run : {&pair.a, &pair.b}) {
    run->facts["eval_hash"] = "e1";
    run->facts["eval_samples"] = 30;
  }
  CHECK_THAT(pair.conclusion().shows,
             StartsWith("A has eval_loss of 5.0000 against 5.5000") && Contains("nothing here tells how much of that"));
  pair.a.summary.metrics["eval_loss_stderr"] = pair.b.summary.metrics["eval_loss_stderr"] = 0.05;
  CHECK_THAT(pair.conclusion().shows,
             StartsWith("A is ahead in this one pair of runs: eval_loss of 5.0000 against 5.5000"));
  pair.a.summary.metrics["eval_loss_stderr"] = 0.3;
  CHECK_THAT(pair.conclusion().shows,
             StartsWith("No difference that can be seen: A has eval_loss of 5.0000, B 5.5000"));
  CHECK_THAT(pair.conclusion().does_not_show, !Contains("not trained on"));
}

TEST_CASE("a ranking that rests on unknown facts names them") {
  Pair pair;
  pair.a.facts.erase("data_hash");
  CHECK_THAT(pair.conclusion().shows,
             StartsWith("Provided that the two agree in what is not known (data), B is ahead in this one pair"));
}

TEST_CASE("over different tokens the bits per byte decide") {
  Pair pair;
  pair.b.facts["tokenizer_hash"] = "t2";
  pair.a.summary.metrics["train_bits_per_byte"] = 2.0;
  pair.b.summary.metrics["train_bits_per_byte"] = 2.5;
  CHECK_THAT(pair.conclusion().shows,
             StartsWith("A is ahead in this one pair of runs: train_bits_per_byte of 2.0000 against 2.5000"));
}

TEST_CASE("of different tasks and texts no better one is named") {
  Pair pair;
  pair.b.facts["objective"] = "masked";
  CHECK_THAT(pair.conclusion().shows, StartsWith("This shows how far each came on a task of its own") &&
                                          Contains("94.1 %") && Contains("86.9 %"));
  CHECK_THAT(pair.conclusion().does_not_show, Contains("since to say the next token and to say a hidden token are"));
  pair.a.facts["objective"] = "span_corruption";
  CHECK_THAT(pair.conclusion().does_not_show,
             Contains("since to say the tokens that were cut out and to say a hidden"));
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

TEST_CASE("one experiment run twice differs by chance, in speed too") {
  Pair pair;
  pair.b.settings = pair.a.settings;
  pair.a.summary.metrics["tokens_per_second"] = 1000;
  pair.b.summary.metrics["tokens_per_second"] = 1380;
  CHECK_THAT(pair.conclusion().shows, StartsWith("The two are one experiment, run twice") && !Contains("fast"));
}

TEST_CASE("a speed is judged by the steps' times, and only of quiet machines") {
  Pair pair;
  for (Run* run : {&pair.a, &pair.b}) run->summary.metrics["tokens_per_second_stderr"] = 10;
  pair.a.summary.metrics["tokens_per_second"] = 1000;
  pair.b.summary.metrics["tokens_per_second"] = 1380;
  CHECK_THAT(pair.conclusion().shows, Contains("; B was 1.38 times as fast in this one pair of runs."));
  pair.b.summary.metrics["tokens_per_second_stderr"] = 200;
  CHECK_THAT(pair.conclusion().shows, !Contains("fast"));
  pair.b.summary.metrics["tokens_per_second_stderr"] = 10;
  pair.a.environment["machine_was_busy"] = true;
  CHECK_THAT(pair.conclusion().shows, !Contains("fast"));
  CHECK_THAT(pair.conclusion().does_not_show, Contains("other programs kept the machine busy"));
}

TEST_CASE("runs of different length, or cut short, are not ranked by the mean over the run") {
  Pair pair;
  SECTION("other steps") { pair.b.summary.metrics["global_step"] = 200; }
  SECTION("other epochs") { pair.b.summary.metrics["epoch"] = 1; }
  SECTION("stopped early") { pair.b.facts["planned_steps"] = 500; }
  SECTION("interrupted") { pair.b.summary.state = RunState::interrupted; }
  CHECK_THAT(pair.conclusion().shows, !Contains("ahead") && !Contains("better"));
  CHECK_THAT(pair.conclusion().does_not_show, Contains("one run is shorter or was cut short"));
}

TEST_CASE("both evaluated on the same tokens are compared part by part, with an interval") {
  Pair pair;
  const auto parts = [](double nats) {
    nlohmann::json of = {{"by", "documents"}, {"nats", nlohmann::json::array()}, {"scored", nlohmann::json::array()}};
    for (int part = 0; part < 12; ++part) {
      of["nats"].push_back(10 * (nats + part % 4 * 0.5 + (nats > 5 ? part % 2 * 0.02 : 0)));
      of["scored"].push_back(10);
    }
    return of;
  };
  pair.a.facts["eval_parts"] = parts(5.0);
  pair.b.facts["eval_parts"] = parts(5.1);
  for (Run* run : {&pair.a, &pair.b}) {
    run->facts["eval_hash"] = "e1";
    run->summary.metrics["eval_loss_stderr"] = 0.5;
  }
  pair.a.summary.metrics["eval_loss"] = 5.75;
  pair.b.summary.metrics["eval_loss"] = 5.86;
  // The differences are 0.1 and 0.12 in turn: their mean 0.11, its standard error 0.01 * sqrt(12 / 11) / sqrt(12), and
  // Student's t at 97.5 % with 11 degrees of freedom 2.200985.
  CHECK_THAT(pair.conclusion().shows,
             StartsWith("No difference that can be seen: A has eval_loss") &&
                 Contains("(12 documents or groups of them), B's loss is 0.1100 higher per token than A's (95 % "
                          "interval: 0.1034 higher to 0.1166 higher)"));
  pair.a.facts["objective"] = pair.b.facts["objective"] = "masked";
  CHECK_THAT(pair.conclusion().shows, Contains("part by part"));
  pair.b.settings["training"]["seed"] = 43;  // which hides other tokens
  CHECK_THAT(pair.conclusion().shows, !Contains("part by part"));
  pair.a.facts["objective"] = pair.b.facts["objective"] = "causal";
  pair.b.facts["eval_parts"]["scored"][3] = 11;  // other tokens
  CHECK_THAT(pair.conclusion().shows, !Contains("part by part"));
}

TEST_CASE("two losses above word frequencies are said to be so, with the reason and what may be read beside what") {
  Pair pair;
  pair.b.facts["objective"] = "masked";
  for (Run* run : {&pair.a, &pair.b}) {
    run->facts["unigram_loss"] = 5.5;
    run->facts["parameters"] = 124439808;
    run->facts["tokens"] = 42658;
  }
  const auto reads = pair.conclusion().reads;
  REQUIRE(reads.size() == 4);
  CHECK_THAT(reads[0], StartsWith("0 % is a place that no text allows"));
  CHECK_THAT(reads[1], Contains("both have learned less than a list of word frequencies knows"));
  CHECK_THAT(reads[2], StartsWith("Why: a model so large") &&
                           Contains("A has 124,439,808 parameters and a text of 42,658 tokens") && Contains(" B has"));
  CHECK_THAT(reads[3], Contains("Beside each other you may read: train_runtime."));
}

TEST_CASE("what to type next follows from what is open") {
  Pair pair;
  pair.a.summary.experiment_file = "a.yaml";
  pair.b.summary.experiment_file = "b c.yaml";
  pair.b.info.overrides = {"training.learning_rate=1e-4"};
  const auto next = pair.conclusion().next;
  REQUIRE(next.size() == 4);
  CHECK(next[0].command == "./runner a.yaml dataset.validation=0.1");
  CHECK(next[1].command == "./runner 'b c.yaml' training.learning_rate=1e-4 dataset.validation=0.1");
  CHECK(next[2].command == "for seed in 1 2 3; do ./runner a.yaml training.seed=$seed; done");
}

TEST_CASE("equal losses are said to be the same, and other machines not to tell which is faster") {
  Pair pair;
  pair.b.summary.metrics["train_loss"] = 6.5;
  pair.b.environment["processor"] = "B";
  pair.a.summary.metrics["tokens_per_second"] = pair.b.summary.metrics["tokens_per_second"] = 100;
  CHECK(pair.conclusion().shows == "Both have the same train_loss, 6.5000.");
  CHECK_THAT(pair.conclusion().does_not_show, Contains("which is faster, since the machines differ"));
}
