// TensorBoard's event files: restarts, steps that go back, and hparams. See import_formats_test.cpp.

#include <catch2/catch.hpp>
#include <cmath>

#include "runs/exchange/import.h"
#include "runs/exchange/tensorboard.h"
#include "unit/runs/exchange/imports.h"

using namespace folio;
using namespace folio::runs;
using folio::runs::test::curve;
using folio::runs::test::has;
using folio::runs::test::import_one;
using folio::runs::test::loaded;
using folio::runs::test::put;
using folio::runs::test::reference_file;
using folio::runs::test::refusal;
using folio::runs::test::report_of;
using folio::runs::test::ScratchFolder;

namespace fs = std::filesystem;

namespace {

/// An event file of one tag, a scalar for each (step, value), a second apart.
std::string event_file(double began, const std::vector<std::pair<std::int64_t, float>>& points,
                       const std::string& tag = "loss") {
  std::string bytes = tensorboard_header(began);
  for (const auto& [step, value] : points) bytes += tensorboard_scalar(tag, step, value, began += 1);
  return bytes;
}

}  // namespace

TEST_CASE("TensorBoard's restart with a purge step is one curve that ends with what was written last") {
  const ScratchFolder scratch;
  // As PyTorch's SummaryWriter writes them; the names are in the wrong order.
  put(scratch, "run/events.out.tfevents.2.host", reference_file("tensorboard-restarted-0.hex"));
  put(scratch, "run/events.out.tfevents.1.host", reference_file("tensorboard-restarted-1.hex"));
  const ImportReport report = import_one(scratch, scratch.path() / "other/run");
  CHECK(curve(scratch, report.id) ==
        std::vector<std::pair<std::int64_t, double>>{{0, 5.0}, {1, 4.5}, {2, 4.0}, {3, 0.625}, {4, 0.5}});
  CHECK(report.unread.empty());
}

TEST_CASE("TensorBoard's restart without a purge step is one curve too") {
  const ScratchFolder scratch;
  put(scratch, "run/events.out.tfevents.1.host",
      event_file(100, {{0, 5}, {10, 4}, {20, 3}, {30, 2}}) + event_file(105, {{25, 9}, {30, 8}}, "eval/loss"));
  put(scratch, "run/events.out.tfevents.2.host", event_file(200, {{15, 3.5}, {25, 2.5}}));
  const ImportReport report = import_one(scratch, scratch.path() / "other/run");
  CHECK(curve(scratch, report.id) ==
        std::vector<std::pair<std::int64_t, double>>{{0, 5.0}, {10, 4.0}, {15, 3.5}, {25, 2.5}});
  CHECK(curve(scratch, report.id, "eval_loss").empty());  // of steps that the restart undid
  CHECK(report.unread == std::vector<std::string>{"4 points from step 15 on, replaced by those in "
                                                  "events.out.tfevents.2.host, where the program started again"});
}

TEST_CASE("files that log beside each other, or another metric later, are no restart") {
  const ScratchFolder scratch;
  put(scratch, "beside/events.out.tfevents.1.host", event_file(100, {{0, 5}, {10, 4}, {20, 3}}));
  put(scratch, "beside/events.out.tfevents.2.host", event_file(101, {{5, 4.5}, {15, 3.5}}));
  CHECK(import_one(scratch, scratch.path() / "other/beside").points == 5);
  put(scratch, "later/events.out.tfevents.1.host", event_file(100, {{0, 5}, {10, 4}, {20, 3}}));
  put(scratch, "later/events.out.tfevents.2.host", event_file(200, {{20, 4}}, "eval/loss"));
  CHECK(import_one(scratch, scratch.path() / "other/later").points == 4);
}

TEST_CASE("within one event file steps may go back, and values of one step are told") {
  using Curve = std::vector<std::pair<std::int64_t, double>>;
  const ScratchFolder scratch;
  const ImportReport report =
      import_one(scratch, put(scratch, "run/events.out.tfevents.1.host",
                              event_file(100, {{0, 5}, {10, 4}, {20, 3}, {10, 3.5}, {12, 3.25}, {12, 3.125}})));
  CHECK(curve(scratch, report.id) == Curve{{0, 5.0}, {10, 3.5}, {12, 3.125}, {20, 3.0}});
  CHECK(has(report.unread,
            "loss: 2 values of steps that were logged more than once; the last value of each step is used"));
  const ImportReport backwards =
      import_one(scratch, put(scratch, "backwards/events.out.tfevents.1.host",
                              event_file(100, {{10, 1}, {9, 2}, {8, 3}, {20, 4}, {19, 5}, {18, 6}})));
  CHECK(curve(scratch, backwards.id) == Curve{{8, 3.0}, {9, 2.0}, {10, 1.0}, {18, 6.0}, {19, 5.0}, {20, 4.0}});
  CHECK(backwards.unread.empty());
}

TEST_CASE("TensorBoard's hparams are the settings of their run, also where PyTorch puts them below it") {
  const ScratchFolder scratch;
  put(scratch, "logs/run/events.out.tfevents.1.host", reference_file("tensorboard-run.hex"));
  put(scratch, "logs/run/hparams/events.out.tfevents.1.host", reference_file("tensorboard-hparams.hex"));
  put(scratch, "logs/empty/events.out.tfevents.1.host", tensorboard_header(1));
  const ImportResult result = import_runs(scratch.path(), scratch.path() / "other/logs");
  REQUIRE(result.runs.size() == 2);
  CHECK(has(result.passed_over, "empty: its event files have no scalars"));
  for (const ImportReport& report : result.runs) {
    const Run run = loaded(scratch, report.id);
    CHECK(run.settings ==
          nlohmann::json{
              {"lr", 0.5}, {"layers", 2}, {"opt", "adamw"}, {"bias", 1}});  // PyTorch writes a bool as a number
  }
  CHECK(loaded(scratch, report_of(result, "hparams").id).summary.metrics.at("hparam/loss") == 3.0);
  CHECK_THAT(refusal(scratch, scratch.path() / "other/logs/empty"), Catch::Contains("have no scalars"));
}

TEST_CASE("what PyTorch Lightning writes beside its event files are settings too") {
  const ScratchFolder scratch;
  put(scratch, "version_0/events.out.tfevents.1.host", event_file(100, {{0, 5}}));
  put(scratch, "version_0/hparams.yaml", "lr: 1.0e-3\nlayers: 2\nname: 'x: y'\nnothing: null\nlist: [1, 2.5, a]\n");
  const Run run = loaded(scratch, import_one(scratch, scratch.path() / "other/version_0").id);
  CHECK(run.settings ==
        nlohmann::json{{"lr", 1e-3}, {"layers", 2}, {"name", "x: y"}, {"nothing", nullptr}, {"list", {1, 2.5, "a"}}});
  const fs::path broken = put(scratch, "version_0/hparams.yaml", "a: !!python/object:x.Y {b: [}\n");
  CHECK(has(import_one(scratch, broken.parent_path()).unread, "hparams.yaml: is not YAML"));
}

TEST_CASE("hparams.yaml counts before TensorBoard's hparams, in which a truth value is a number") {
  const ScratchFolder scratch;
  put(scratch, "version_0/events.out.tfevents.1.host", reference_file("tensorboard-run.hex"));
  put(scratch, "version_0/events.out.tfevents.2.host", reference_file("tensorboard-hparams.hex"));
  put(scratch, "version_0/hparams.yaml", "bias: true\n");
  const Run run = loaded(scratch, import_one(scratch, scratch.path() / "other/version_0").id);
  CHECK(run.settings == nlohmann::json{{"lr", 0.5}, {"layers", 2}, {"opt", "adamw"}, {"bias", true}});
}

TEST_CASE("a tag keeps its name where another has the one that it would get") {
  const ScratchFolder scratch;
  put(scratch, "run/events.out.tfevents.1.host",
      event_file(100, {{0, 5}}, "loss") + event_file(101, {{0, 4}}, "train/loss"));
  const Run run = loaded(scratch, import_one(scratch, scratch.path() / "other/run").id);
  CHECK(run.summary.metrics.at("loss") == 5);
  CHECK(run.summary.metrics.at("train/loss") == 4);
}
