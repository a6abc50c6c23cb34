#include "runs/compare/explanation.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "runs/compare/loss_explanation.h"
#include "runs/compare/rounding.h"
#include "runs/compare/trend.h"
#include "unit/runs/compared_runs.h"

using namespace folio::runs;
using Catch::Contains;
using Catch::StartsWith;
using folio::runs::test::finished_run;
using folio::runs::test::line;

namespace {

/// The answer to the question that begins so.
std::string answer(const std::vector<Claim>& claims, const std::string& question) {
  for (const Claim& claim : claims)
    if (claim.question.starts_with(question)) return claim.answer;
  return "no such question";
}

std::string falling(const Run& run, const std::vector<Point>& loss) {
  return answer(explain(run, loss, {}), "Was the loss still falling");
}

std::string overfitting(const Run& run, const std::vector<Point>& loss, const std::vector<Point>& eval_loss) {
  return answer(explain(run, loss, eval_loss), "Does it overfit");
}

}  // namespace

// By numpy.polyfit (numpy 2): slope -0.019, its standard error, from the residuals, 0.0017320508. Student's t at 99 %
// with 3 degrees of freedom is 4.540703.
TEST_CASE("a trend is the least-squares line of the last points, with the noise of its slope") {
  const auto trend = final_trend({{10, 3.0}, {20, 2.9}, {30, 2.6}, {40, 2.5}, {50, 2.25}});
  REQUIRE(trend);
  CHECK(trend->points == 5);
  CHECK(trend->mean == Approx(2.65));
  CHECK(trend->slope == Approx(-0.019));
  CHECK(trend->noise == Approx(4.540703 * 0.0017320508).epsilon(1e-6));
  CHECK(trend->falls());
  CHECK(trend->change() == Approx(-0.76));
}

TEST_CASE("the trend is that of the last quarter, and of five points at least") {
  const auto trend = final_trend(line(5, 0, 40));
  REQUIRE(trend);
  CHECK(trend->points == 10);
  CHECK(trend->first_step == 310);
  CHECK_FALSE(trend->falls());
  CHECK_FALSE(trend->rises());
  CHECK_FALSE(final_trend(line(5, 0, 4)));
  CHECK_FALSE(final_trend({{1, 1}, {2, 1}, {3, 1}, {4, 1}, {5, std::nan("")}}));
}

TEST_CASE("the loss is held against a blind guess and a unigram model") {
  Run run = finished_run();
  run.facts["uniform_loss"] = 8.0;
  run.facts["unigram_loss"] = 6.0;
  std::string text = answer(explain(run, line(6.5, -0.001, 40), {}), "What does the loss mean");
  CHECK_THAT(text,
             StartsWith("train_loss is 6.5000, the mean over the whole run") &&
                 Contains("A blind guess over the vocabulary has a loss of 8.0000: this one is 81.2 % of that") &&
                 Contains("has 6.0000: the train_loss is 0.5000 above that, so the model has learned less than a list "
                          "of word frequencies knows") &&
                 Contains("Over the last 10 logged points the loss was 6.1450") && Contains("the next token") &&
                 Contains("0 % is a place that no text allows"));
  run.facts["unigram_loss"] = 6.3;
  text = answer(explain(run, line(6.5, -0.001, 40), {}), "What does the loss mean");
  CHECK_THAT(text, Contains("below the unigram model: by then it had learned something of which tokens follow which"));
}

TEST_CASE("an evaluation is held against word frequencies on its own text, and by its standard error") {
  Run run = finished_run();
  run.facts["uniform_loss"] = 8.0;
  run.facts["unigram_loss"] = 4.0;  // of the training text: not what an evaluation is held against
  run.summary.metrics["eval_loss"] = 5.0;
  const auto meaning = [&] { return answer(explain(run, {}, {}), "What does the loss mean"); };
  CHECK_THAT(meaning(), StartsWith("eval_loss is 5.0000, on text that was kept for evaluation") &&
                            !Contains("unigram") && Contains("148 equally likely tokens"));
  run.facts["eval_unigram_loss"] = 6.0;
  CHECK_THAT(meaning(), Contains("the eval_loss is 1.0000 below that, so the model has learned something of which"));
  run.summary.metrics["eval_loss_stderr"] = 0.5;
  CHECK_THAT(meaning(), Contains("the eval_loss cannot be told from that (chance alone can make a difference of 1.16"));
}

TEST_CASE("each objective has its own words") {
  Run run = finished_run();
  run.facts["unigram_loss"] = 9.0;
  const std::vector<std::pair<const char*, const char*>> rows{
      {"causal", "which tokens follow which"}, {"masked", "the tokens around a gap"}, {"span_corruption", "cut out"}};
  for (const auto& [objective, words] : rows) {
    run.facts["objective"] = objective;
    CHECK_THAT(answer(explain(run, line(6.5, -0.001, 40), {}), "What does the loss mean"), Contains(words));
  }
}

TEST_CASE("a loss that is no number means nothing, and is said so") {
  Run run = finished_run();
  run.facts["uniform_loss"] = 8.0;
  run.facts["unigram_loss"] = 6.0;
  for (const double broken : {std::nan(""), folio::runs::test::kInfinity}) {
    run.summary.metrics["train_loss"] = broken;
    const auto claims = explain(run, {{10, broken}, {20, broken}}, {{10, broken}, {20, 5.0}});
    CHECK_THAT(claims[0].answer, Contains("the training broke down") && !Contains("%"));
    CHECK_THAT(answer(claims, "Does it overfit"), StartsWith("Not known: an evaluation gave a loss that is no number"));
    CHECK_THAT(loss_in_short(run), Contains("the training broke down"));
  }
}

TEST_CASE("whether the loss was still falling follows from its slope and noise") {
  const Run run = finished_run();
  CHECK_THAT(falling(run, line(6, -0.01, 40)),
             StartsWith("Yes. From step 310 to step 400 (the last 10 logged points)"));
  CHECK_THAT(falling(run, line(6, 0, 40)), StartsWith("No change that can be told from noise."));
  CHECK_THAT(falling(run, line(6, 0.01, 40)), StartsWith("No, it was rising."));
  CHECK_THAT(falling(run, line(6, 0.01, 3)), Contains("and there are 3."));
}

TEST_CASE("a falling loss at the end of the schedule calls for a longer run") {
  Run run = finished_run();
  run.summary.metrics["learning_rate"] = 1e-6;
  CHECK_THAT(falling(run, line(6, -0.01, 40)), Contains("come down to 2 % of its highest"));
  run.summary.metrics["learning_rate"] = 4e-5;
  CHECK_THAT(falling(run, line(6, -0.01, 40)), !Contains("come down"));
}

TEST_CASE("overfitting is an evaluation loss that rises while the training loss falls") {
  Run run = finished_run();
  CHECK_THAT(overfitting(run, line(6, -0.01, 40), {}), StartsWith("Not known: no text was kept for evaluation"));
  run.summary.metrics["eval_loss"] = 5.5;
  const std::vector<Point> bowl{{100, 5.6}, {200, 5.2}, {300, 5.4}, {400, 5.5}};
  CHECK_THAT(
      overfitting(run, line(6, -0.01, 40), bowl),
      StartsWith("Yes, since step 200. The evaluation loss was lowest after step 200 (5.2000) and 5.5000 after step "
                 "400, while the training loss went from 4.2020 to 2.2020."));
  CHECK_THAT(overfitting(run, line(2, 0.01, 40), bowl), StartsWith("Not by this sign."));
  CHECK_THAT(overfitting(run, line(6, -0.01, 40), {{100, 5.6}, {400, 5.5}}),
             StartsWith("No sign of it: of 2 evaluations the last one") && Contains("nats per token worse"));
  CHECK_THAT(overfitting(run, line(6, -0.01, 40), {{300, 5.5}, {400, 5.51}}), StartsWith("No sign that can be told"));
  CHECK_THAT(overfitting(run, line(6, -0.01, 40), {{400, 5.5}}),
             StartsWith("At the end eval_loss is 5.5000") && Contains("is not known"));
}

TEST_CASE("numbers in a text are rounded without powers of ten") {
  CHECK(rounded(0.012345, 3) == "0.0123");
  CHECK(rounded(48.84, 3) == "48.8");
  CHECK(rounded(499.9, 2) == "500");
  CHECK(rounded(58343, 2) == "58,000");
  CHECK(rounded(0, 2) == "0");
  CHECK(percent(1.534, 2) == "150 %");
}

TEST_CASE("text and machine are told in proportion") {
  Run run = finished_run();
  run.facts["tokens"] = 40000;
  run.facts["parameters"] = 1000000;
  run.facts["vocab_used"] = 800;
  run.summary.metrics["matmul_share"] = 0.488;
  run.summary.metrics["peak_memory_bytes"] = 1024.0 * 1024 * 1024;
  run.environment["memory_bytes"] = 4LL * 1024 * 1024 * 1024;
  run.environment["matmul_flops_per_second"] = 392e9;
  const auto claims = explain(run, {}, {});
  CHECK_THAT(answer(claims, "Was there enough text"),
             StartsWith("No. A model can make use of some 20 tokens") &&
                 Contains("This one has 1,000,000 parameters and a text of 40,000 tokens, which it read 3 times") &&
                 Contains("500 times as much text") && Contains("800 of the vocabulary's 1,000 tokens (80 %)"));
  CHECK_THAT(answer(claims, "How much of the machine"),
             Contains("48.8 %") && Contains("(392 GFLOP/s)") && Contains("2 threads of 2 processors in float32") &&
                 Contains("1.0 GiB of memory at most, 25 % of the machine's"));
}

TEST_CASE("a share of the machine that cannot be is not known") {
  Run run = finished_run();
  run.environment["matmul_flops_per_second"] = 392e9;
  const char* question = "How much of the machine";
  CHECK_THAT(answer(explain(run, {}, {}), question), StartsWith("Not known: the run was faster"));
  run.summary.metrics["matmul_share"] = 1.26;  // of a run before shares above 1 were left out
  CHECK_THAT(answer(explain(run, {}, {}), question), StartsWith("Not known: the run was faster"));
  run.summary.metrics["matmul_share"] = 0.9;
  CHECK_THAT(answer(explain(run, {}, {}), question), StartsWith("Training reached 90 %"));
  run.environment["machine_was_busy"] = false;
  CHECK_THAT(answer(explain(run, {}, {}), question), StartsWith("Training reached 90 %"));
  run.environment["machine_was_busy"] = true;
  CHECK_THAT(answer(explain(run, {}, {}), question), StartsWith("Not known: the machine was busy"));
}

TEST_CASE("at the end stands what the run may be compared with, and what to type next") {
  Run run = finished_run();
  CHECK_THAT(answer(explain(run, {}, {}), "What can it be compared with"),
             StartsWith("Its loss: with what is said of it above, and with runs that say the next token"));
  run.facts.erase("vocab_size");  // so that no guess is known to hold it against
  CHECK_THAT(answer(explain(run, {}, {}), "What can it be compared with"), StartsWith("Its loss: with runs that say"));
  run.summary.experiment_file = "a.yaml";
  CHECK_THAT(answer(explain(run, {}, {}), "What can it be compared with"),
             Contains("runs that say the next token of the same text") &&
                 Contains("To type next: `./runner a.yaml dataset.validation=0.1`"));
  run.summary.id = "baseline/bert";
  run.summary.model = "bert";
  CHECK_THAT(answer(explain(run, {}, {}), "What can it be compared with"),
             Contains("`./runner experiments/romeo-bert.yaml dataset.validation=0.1`") &&
                 Contains("`./runner diff baseline/bert experiments/romeo-bert.yaml`"));
}

TEST_CASE("what a run does not have is said to be unknown, and a stand-in comes first") {
  Run run;
  run.facts = {{"stand_in", true}};
  run.settings = run.environment = nlohmann::json::object();
  const auto claims = explain(run, {}, {});
  REQUIRE(claims.size() == 7);
  CHECK_THAT(claims[0].answer, StartsWith("Not the book"));
  CHECK(claims[1].answer == "The run has no loss yet.");
  for (std::size_t i = 2; i < 6; ++i) CHECK_THAT(claims[i].answer, StartsWith("Not known"));
}
