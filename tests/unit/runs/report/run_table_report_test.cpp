#include "runs/report/run_table_report.h"

#include <catch2/catch.hpp>
#include <functional>

#include "support/error.h"

using namespace folio;
using namespace folio::runs;

namespace {

/// Two pairs that differ in the learning rate, each of two seeds; the last has no evaluation.
class TableFixture {
 public:
  TableFixture() {
    settings_.define(0, "training.learning_rate", 5e-5);
    settings_.define(1, "training.learning_rate", 1e-3);
    settings_.define(2, "training.seed", 1);
    settings_.define(3, "training.seed", 2);
    settings_.define(4, "model.type", "gpt");
    add("a", {0, 2, 4}, 6.0, 6.5);
    add("b", {0, 3, 4}, 7.0, 6.0);
    add("c", {1, 2, 4}, 5.0, 5.5);
    add("d", {1, 3, 4}, 5.5, std::nullopt);
    fields_.emplace(runs_, settings_);
  }

  RunTable table(const TableRequest& request = {}) const { return make_table(runs_, settings_, *fields_, request); }

  std::string column_names(const TableRequest& request = {}) const {
    std::string names;
    for (const Field& field : table(request).columns) names += (names.empty() ? "" : " ") + field.name;
    return names;
  }

  std::string order(const TableRequest& request) const {
    std::string ids;
    for (const RunTable::Row& row : table(request).rows) ids += row.runs.front()->id;
    return ids;
  }

  const RunSettings& settings() const { return settings_; }

  void change(const std::function<void(std::vector<RunSummary>&)>& change) { change(runs_); }

 private:
  void add(const char* id, std::vector<std::uint32_t> numbers, double loss, std::optional<double> eval_loss) {
    settings_.add_run(id, std::move(numbers));
    RunSummary run;
    run.id = id;
    run.name = "romeo, \"small\"";
    run.state = RunState::finished;
    run.metrics["train_loss"] = loss;
    run.metrics["grad_norm"] = 1;
    if (eval_loss) run.metrics["eval_loss"] = *eval_loss;
    runs_.push_back(run);
  }

  std::vector<RunSummary> runs_;
  RunSettings settings_;
  std::optional<RunFields> fields_;
};

std::string refusal(const TableRequest& request) {
  try {
    TableFixture().table(request);
    return "no error";
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    return error.what();
  }
}

}  // namespace

TEST_CASE("a table has the settings that differ and the usual metrics") {
  const TableFixture runs;
  CHECK(runs.column_names() == "id name training.learning_rate training.seed train_loss eval_loss");
  CHECK(runs.column_names({.metrics = {"grad_norm"}}) == "id name training.learning_rate training.seed grad_norm");
}

TEST_CASE("a setting that some runs lack has no column unless the others differ, but keeps them out of one group") {
  RunSettings settings;
  settings.define(0, "model.hidden_size", 128);
  settings.define(1, "model.hidden_size", 256);
  settings.define(2, "model.intermediate_size", 512);
  std::vector<RunSummary> runs(3);
  const std::vector<std::vector<std::uint32_t>> numbers{{0, 2}, {1}, {0}};
  for (std::size_t i = 0; i < 3; ++i) {
    runs[i].id = std::to_string(i);
    runs[i].state = RunState::finished;
    settings.add_run(runs[i].id, numbers[i]);
  }
  const RunFields fields(runs, settings);
  const RunTable table = make_table(runs, settings, fields, {});
  REQUIRE(table.columns.size() == 3);
  CHECK(table.columns[2].name == "model.hidden_size");
  CHECK(table.notes.empty());
  CHECK_THAT(table.without_column, Catch::StartsWith("1 more setting stands in only some of these runs"));
  CHECK(make_table(runs, settings, fields, {.group = true}).rows.size() == 3);
}

TEST_CASE("runs of which nothing is known are no group, and show what they measured") {
  const RunSettings settings;
  std::vector<RunSummary> runs(2);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    runs[i].id = std::to_string(i);
    runs[i].state = RunState::finished;
    runs[i].metrics = {{"loss", 1.0 + static_cast<double>(i)}, {"epoch", 1.0}};
  }
  const RunFields fields(runs, settings);
  CHECK(make_table(runs, settings, fields, {.group = true}).rows.size() == 2);
  const RunTable table = make_table(runs, settings, fields, {});
  CHECK(table.columns.back().name == "loss");
}

TEST_CASE("columns are kept and dropped by pattern") {
  const TableFixture runs;
  CHECK(runs.column_names({.keep = {"training.*", "model.type"}}) ==
        "id training.learning_rate training.seed model.type");
  CHECK(runs.column_names({.drop = {"name", "*_loss"}}) == "id training.learning_rate training.seed");
  CHECK(refusal({.keep = {"training.sed"}}) ==
        "--keep: no run has a setting or a metric 'training.sed'; did you mean 'training.seed'?");
  CHECK_THAT(refusal({.metrics = {"train_los"}}), Catch::Contains("did you mean 'train_loss'?"));
  CHECK_THAT(refusal({.sort_by = "evalloss"}), Catch::StartsWith("--sort-by: ") && Catch::Contains("'eval_loss'"));
}

TEST_CASE("rows are sorted, and what lacks the field comes last either way") {
  const TableFixture runs;
  CHECK(runs.order({}) == "abcd");
  CHECK(runs.order({.sort_by = "train_loss"}) == "cdab");
  CHECK(runs.order({.sort_by = "eval_loss"}) == "cbad");
  CHECK(runs.order({.sort_by = "eval_loss", .descending = true}) == "abcd");
  CHECK(runs.order({.sort_by = "training.learning_rate"}) == "abcd");
}

TEST_CASE("a group has the mean and the sample standard deviation over its seeds") {
  const TableFixture runs;
  const RunTable table = runs.table({.sort_by = "train_loss", .group = true});
  REQUIRE(table.rows.size() == 2);
  CHECK(runs.column_names({.group = true}) == "training.learning_rate train_loss eval_loss");
  const RunTable::Row& best = table.rows[0];
  CHECK(best.runs.size() == 2);
  CHECK(std::get<double>(best.cells[0].value) == 1e-3);
  CHECK(std::get<double>(best.cells[1].value) == 5.25);
  CHECK(*best.cells[1].deviation == Approx(0.35355339059327379));  // sqrt(((5 - 5.25)^2 + (5.5 - 5.25)^2) / 1)
  CHECK(best.cells[2].count == 1);
  CHECK_FALSE(best.cells[2].deviation);
  CHECK_THAT(to_text(table), Catch::Contains("5.2500 ± 0.3536"));
  const auto json = to_json(table, runs.settings());
  CHECK(json["rows"][0]["runs"] == nlohmann::json{"c", "d"});
  CHECK(json["rows"][0]["metrics"]["train_loss"]["mean"] == 5.25);
  CHECK(json["rows"][0]["metrics"]["eval_loss"]["count"] == 1);
}

TEST_CASE("CSV quotes what has to be quoted and writes numbers in full") {
  const TableFixture runs;
  const std::string csv = to_csv(runs.table({.sort_by = "train_loss"}));
  CHECK_THAT(csv, Catch::StartsWith("id,name,training.learning_rate,training.seed,train_loss,eval_loss\n"
                                    "c,\"romeo, \"\"small\"\"\",0.001,1,5,5.5\n"
                                    "d,\"romeo, \"\"small\"\"\",0.001,2,5.5,\n"));
  CHECK_THAT(to_csv(runs.table({.group = true})),
             Catch::StartsWith("runs,training.learning_rate,train_loss,train_loss_deviation,eval_loss,"
                               "eval_loss_deviation\n2,5e-05,6.5,0.70710678118654"));
}

TEST_CASE("runs of different length get a warning with what is taken over a whole run") {
  TableFixture fixture;
  fixture.change([](std::vector<RunSummary>& runs) {
    for (RunSummary& run : runs) run.metrics["global_step"] = 100;
  });
  CHECK(fixture.table().notes.empty());
  SECTION("other steps") {
    fixture.change([](std::vector<RunSummary>& runs) { runs[1].metrics["global_step"] = 2; });
  }
  SECTION("cut short") {
    fixture.change([](std::vector<RunSummary>& runs) { runs[1].state = RunState::interrupted; });
  }
  REQUIRE(fixture.table().notes.size() == 1);
  CHECK_THAT(fixture.table().notes[0], Catch::StartsWith("These runs are of different length"));
  CHECK(fixture.table({.metrics = {"eval_loss"}}).notes.empty());
}

TEST_CASE("runs over other tokens get a warning with their losses") {
  const TableFixture same;
  CHECK(same.table().notes.empty());
  RunSettings settings;
  settings.define(0, "tokenizer.vocab_size", 1000);
  settings.define(1, "tokenizer.vocab_size", 2000);
  std::vector<RunSummary> runs(2);
  for (std::uint32_t i = 0; i < 2; ++i) {
    runs[i].id = std::to_string(i);
    runs[i].state = RunState::finished;
    runs[i].metrics["train_loss"] = 6.5;
    settings.add_run(runs[i].id, {i});
  }
  const RunTable table = make_table(runs, settings, RunFields(runs, settings), {});
  REQUIRE(table.notes.size() == 1);
  CHECK_THAT(table.notes[0], Catch::Contains("tokenizer.vocab_size") && Catch::Contains("Bits per byte"));
}
