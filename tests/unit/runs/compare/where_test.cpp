#include "runs/compare/where.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "support/error.h"

using namespace folio;
using namespace folio::runs;

namespace {

/// Three runs: a finished one with a small learning rate, a failed one with a large, and one that knows no setting.
class WhereFixture {
 public:
  WhereFixture() {
    settings_.define(0, "training.learning_rate", 5e-5);
    settings_.define(1, "training.learning_rate", 1e-3);
    settings_.define(2, "model.type", "gpt");
    settings_.define(3, "dataset.books", nlohmann::json{"macbeth", "hamlet"});
    settings_.add_run("a", {0, 2, 3});
    settings_.add_run("b", {1, 2});
    for (const char* id : {"a", "b", "c"}) runs_.push_back(summary(id));
    runs_[0].metrics = {{"train_loss", 6.5}, {"eval_loss", std::nan("")}};
    runs_[0].tags = {"good", "long"};
    runs_[1].state = RunState::failed;
    runs_[1].metrics = {{"train_loss", 7.0}};
    runs_[1].note = "The First try";
    fields_.emplace(runs_, settings_);
  }

  std::string holding(const std::string& text) const {
    const Where where(text, *fields_);
    std::string ids;
    for (const RunSummary& run : runs_) ids += where.holds(run, *fields_) ? run.id : "";
    return ids;
  }

  std::string refusal(const std::string& text) const {
    try {
      return "holds for " + holding(text);
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::usage);
      return error.what();
    }
  }

 private:
  static RunSummary summary(const char* id) {
    RunSummary run;
    run.id = id;
    run.name = std::string("run ") + id;
    run.state = RunState::finished;
    return run;
  }

  std::vector<RunSummary> runs_;
  RunSettings settings_;
  std::optional<RunFields> fields_;
};

}  // namespace

TEST_CASE("a condition compares settings, metrics and what a run is called") {
  const WhereFixture runs;
  CHECK(runs.holding("training.learning_rate<1e-4 and state=finished") == "a");
  CHECK(runs.holding("training.learning_rate <= 0.00005") == "a");
  CHECK(runs.holding("train_loss>6.5") == "b");
  CHECK(runs.holding("train_loss>=6.5") == "ab");
  CHECK(runs.holding("name='run c'") == "c");
  CHECK(runs.holding("id!=a") == "bc");
  CHECK(runs.holding("note~\"first TRY\"") == "b");
  CHECK(runs.holding("dataset.books~hamlet") == "a");
  CHECK(runs.holding("tags=good") == "a");
  CHECK(runs.holding("tags!=good") == "bc");
}

TEST_CASE("and binds tighter than or, not tighter than both") {
  const WhereFixture runs;
  CHECK(runs.holding("id=a or id=b and state=finished") == "a");
  CHECK(runs.holding("(id=a or id=b) and state=finished") == "a");
  CHECK(runs.holding("id=c or id=b and state=failed") == "bc");
  CHECK(runs.holding("(id=c or id=b) and state=failed") == "b");
  CHECK(runs.holding("not id=a and not id=b") == "c");
  CHECK(runs.holding("not (id=a or id=b)") == "c");
  CHECK(runs.holding("not not id=a") == "a");
}

TEST_CASE("a comparison with what a run lacks is false, and so is one with NaN") {
  const WhereFixture runs;
  CHECK(runs.holding("training.learning_rate!=1") == "ab");
  CHECK(runs.holding("not training.learning_rate=1") == "abc");
  CHECK(runs.holding("eval_loss<9") == "");
  CHECK(runs.holding("eval_loss>=0") == "");
}

TEST_CASE("a condition that is wrong shows where, and the nearest name") {
  const WhereFixture runs;
  CHECK(runs.refusal("training.learnin_rate<1") ==
        "--where, column 1: no run has a setting or a metric 'training.learnin_rate'; did you mean "
        "'training.learning_rate'?\n  training.learnin_rate<1\n  ^");
  CHECK(runs.refusal("id=a and state=finshed") ==
        "--where, column 16: 'finshed' is not a state of runs; did you mean 'finished'?\n"
        "  id=a and state=finshed\n"
        "                 ^");
  CHECK_THAT(runs.refusal("id=a id=b"), Catch::Contains("column 6: expected 'and', 'or' or the end"));
  CHECK_THAT(runs.refusal("(id=a"), Catch::Contains("column 1: this parenthesis is not closed"));
  CHECK_THAT(runs.refusal("id a"), Catch::Contains("column 4: expected one of = != < <= > >= ~ after 'id'"));
  CHECK_THAT(runs.refusal("id="), Catch::Contains("column 4: expected a value"));
  CHECK_THAT(runs.refusal("id='a"), Catch::Contains("column 4: this quote is not closed"));
  CHECK_THAT(runs.refusal(""), Catch::Contains("column 1: expected a setting"));
  CHECK_THAT(runs.refusal("id=a and"), Catch::Contains("expected a setting"));
  CHECK_THAT(runs.refusal(std::string(100'000, '(')), Catch::Contains("nested more than"));
}
