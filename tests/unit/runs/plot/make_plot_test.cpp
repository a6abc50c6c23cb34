#include "runs/plot/make_plot.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "support/error.h"
#include "unit/runs/plot/plots.h"

using namespace folio;
using namespace folio::runs;
using folio::runs::test::PlotRuns;

namespace {

/// Two seeds of one experiment, the second of which goes further, and one run of another.
PlotRuns three_runs() {
  PlotRuns runs;
  runs.add("aaaaaaaa", "small", 1e-3, 1);
  runs.add("bbbbbbbb", "small", 1e-3, 2);
  runs.add("cccccccc", "small", 5e-4, 1);
  runs.values[{"aaaaaaaa", "loss"}] = {{10, 4}, {20, 2}};
  runs.values[{"bbbbbbbb", "loss"}] = {{10, 6}, {20, 4}, {30, 3}};
  runs.values[{"cccccccc", "loss"}] = {{10, 5}, {20, 4.5}};
  return runs;
}

std::string refusal(PlotRuns& runs, const PlotRequest& request) {
  try {
    runs.plot(request);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a plot has a curve for each run, called by what tells it from the others") {
  PlotRuns runs = three_runs();
  const Plot plot = runs.plot({});
  REQUIRE(plot.curves.size() == 3);
  CHECK(plot.curves[0].label == "small learning_rate=0.001 seed=1");
  CHECK(plot.curves[2].label == "small learning_rate=0.0005 seed=1");
  CHECK(plot.curves[1].points.size() == 3);
  CHECK(plot.curves[1].last_step == 30);
  CHECK(plot.y_title() == "loss (nats per token, lower is better)");
  CHECK(to_string(plot.cursor) == "aaaaaaaa:20,bbbbbbbb:30,cccccccc:20");
}

TEST_CASE("curves of runs that differ in many settings are called by the first of them") {
  PlotRuns runs = three_runs();
  for (std::uint32_t run = 0; run < 3; ++run) {
    std::vector<std::uint32_t> numbers{2 * run + 2, 2 * run + 3};  // as add() has them
    for (std::uint32_t i = 0; i < 3; ++i) {
      numbers.push_back(10 + 3 * run + i);
      runs.settings.define(numbers.back(), "model.size_" + std::to_string(i), run == 0 ? 1 : 2);
    }
    runs.settings.add_run(runs.runs[run].id, numbers);
  }
  const Plot plot = runs.plot({});
  REQUIRE(plot.curves.size() == 3);
  CHECK(plot.curves[0].label == "small size_0=1 size_1=1 size_2=1 and 2 more");
  CHECK(plot.curves[1].label == "small size_0=2 size_1=2 size_2=2 and 2 more bbbbbbbb");
  CHECK(plot.curves[2].label == "small size_0=2 size_1=2 size_2=2 and 2 more cccccccc");
}

TEST_CASE("a group is drawn as the mean of all its runs that reach there, with the lowest and the highest") {
  PlotRuns runs = three_runs();
  PlotRequest request;
  request.group = true;
  const Plot plot = runs.plot(request);
  REQUIRE(plot.curves.size() == 2);
  const PlotCurve& group = plot.curves[0];
  CHECK(group.label == "small learning_rate=0.001 (2 runs)");
  CHECK(group.runs == std::vector<std::string>{"aaaaaaaa", "bbbbbbbb"});
  REQUIRE(group.points.size() == 3);
  CHECK(group.points[0].y == Approx(5));
  CHECK(group.points[0].low == 4);
  CHECK(group.points[0].high == 6);
  CHECK(group.points[0].runs == 2);
  CHECK(group.points[2].y == 3);
  CHECK(group.points[2].runs == 1);
  CHECK_THAT(plot.notes.front(), Catch::Contains("mean over the runs of a group"));
}

TEST_CASE("runs of a group that log at other steps have values between them") {
  PlotRuns runs = three_runs();
  runs.values[{"bbbbbbbb", "loss"}] = {{5, 8}, {25, 4}};
  PlotRequest request;
  request.group = true;
  const auto points = runs.plot(request).curves[0].points;
  REQUIRE(points.size() == 4);
  CHECK(points[1].x == 10);
  CHECK(points[1].y == Approx((4 + 7) / 2.0));
  CHECK(points[3].runs == 1);
}

double highest_of(const PlotCurve& curve) {
  double highest = 0;
  for (const PlotPoint& point : curve.points) highest = std::max(highest, point.high);
  return highest;
}

TEST_CASE("a band that is thinned still covers what its runs did") {
  PlotRuns runs;
  runs.add("aaaaaaaa", "small", 1e-3, 1);
  runs.add("bbbbbbbb", "small", 1e-3, 2);
  for (int step = 0; step < 5000; ++step) {
    runs.values[{"aaaaaaaa", "loss"}].push_back({step, 5});
    runs.values[{"bbbbbbbb", "loss"}].push_back({step, step == 2345 ? 50.0 : 5.0});
  }
  PlotRequest request;
  request.group = true;
  request.most_points = 50;
  const PlotCurve curve = runs.plot(request).curves.front();
  CHECK(curve.points.size() <= 50);
  CHECK(curve.total_points == 5000);
  CHECK(highest_of(curve) == 50);
}

TEST_CASE("a band covers what its runs did where one of them begins earlier, and thinned again") {
  PlotRuns runs;
  runs.add("aaaaaaaa", "small", 1e-3, 1);
  runs.add("bbbbbbbb", "small", 1e-3, 2);
  for (int step = 0; step < 3000; ++step) {
    runs.values[{"aaaaaaaa", "loss"}].push_back({2 * step, 5});
    runs.values[{"bbbbbbbb", "loss"}].push_back({2 * step + 1, step == 1234 ? 50.0 : 5.0});
  }
  PlotRequest request;
  request.group = true;
  request.most_points = 60;
  Plot plot = runs.plot(request);
  CHECK(plot.curves.front().points.front().runs == 1);
  CHECK(highest_of(plot.curves.front()) == 50);
  thin(plot, 10);
  CHECK(plot.curves.front().points.size() <= 10);
  CHECK(highest_of(plot.curves.front()) == 50);
}

TEST_CASE("a plot of points of which none can be drawn says why, and may be wanted all the same") {
  PlotRuns runs = three_runs();
  for (auto& [key, points] : runs.values)
    for (Point& point : points) point.value = NAN;
  CHECK_THAT(refusal(runs, {}), Catch::Contains("nothing can be drawn: run aaaaaaaa"));
  const Plot plot = runs.plot_or_notes({});
  CHECK(plot.curves.empty());
  REQUIRE(plot.notes.size() == 3);
  CHECK_THAT(plot.notes[2], Catch::Contains("no value of loss that can be drawn"));
  PlotRequest unknown;
  unknown.metric = "los";
  CHECK_THROWS_WITH(runs.plot_or_notes(unknown), Catch::Contains("did you mean 'loss'?"));
}

TEST_CASE("a curve over epochs or tokens lies where the run was by then") {
  PlotRuns runs = three_runs();
  for (const char* id : {"aaaaaaaa", "bbbbbbbb", "cccccccc"}) {
    runs.values[{id, "epoch"}] = {{10, 0.5}, {20, 1}, {30, 1.5}};
    runs.loaded[id].facts = {{"tokens", 2000}};
  }
  PlotRequest request;
  request.x = XAxis::epochs;
  CHECK(runs.plot(request).curves[0].points[1].x == 1);
  request.x = XAxis::tokens;
  CHECK(runs.plot(request).curves[0].points[1].x == 2000);
  runs.loaded["cccccccc"].facts = nlohmann::json::object();
  const Plot plot = runs.plot(request);
  CHECK(plot.curves.size() == 2);
  CHECK_THAT(plot.notes.front(), Catch::Contains("cccccccc") && Catch::Contains("tokens of its text are not known"));
}

TEST_CASE("a curve over time leaves out the time between sessions") {
  PlotRuns runs;
  runs.add("aaaaaaaa", "small", 1e-3, 1);
  runs.values[{"aaaaaaaa", "loss"}] = {{10, 4}, {20, 2}, {30, 1}};
  runs.logged["aaaaaaaa"] = {{0, 100}, {10, 110}, {20, 1005}, {30, 1010}};
  runs.loaded["aaaaaaaa"].sessions = {{{"step", 10}, {"time", 1000}}};
  PlotRequest request;
  request.x = XAxis::time;
  const auto points = runs.plot(request).curves.front().points;
  REQUIRE(points.size() == 3);
  CHECK(points[0].x == Approx(10));
  CHECK(points[1].x == Approx(15));
  CHECK(points[2].x == Approx(20));
  runs.logged.clear();
  CHECK_THAT(refusal(runs, request), Catch::Contains("the times of its steps are not known"));
}

TEST_CASE("what an axis has no place for is left out, and said") {
  PlotRuns runs = three_runs();
  runs.values[{"aaaaaaaa", "loss"}] = {{10, NAN}, {20, 0}, {30, 2}};
  PlotRequest request;
  request.log_y = true;
  const Plot plot = runs.plot(request);
  CHECK(plot.curves[0].points.size() == 1);
  CHECK_THAT(plot.notes[0], Catch::Contains("1 value of loss left out, NaN or infinite, the first at step 10"));
  CHECK_THAT(plot.notes[1], Catch::Contains("logarithmic"));
}

TEST_CASE("after a cursor only newer points come") {
  PlotRuns runs = three_runs();
  PlotRequest request;
  request.after = plot_cursor_from_string("aaaaaaaa:20,bbbbbbbb:20");
  const Plot plot = runs.plot(request);
  CHECK(plot.curves[0].points.empty());
  CHECK(plot.curves[1].points.size() == 1);
  CHECK(plot.curves[2].points.size() == 2);
  CHECK(plot.cursor.at("bbbbbbbb") == 30);
  for (const char* text : {"a", "a:", "a:x", "a:1,b", ",", "a:1;b:2"})
    CHECK_THROWS_AS(plot_cursor_from_string(text), Error);
  CHECK(plot_cursor_from_string("").empty());
}

TEST_CASE("a plot of nothing says what there is") {
  PlotRuns runs = three_runs();
  PlotRequest request;
  request.metric = "los";
  CHECK_THAT(refusal(runs, request), Catch::Contains("none of the 3 runs has a curve of 'los'; did you mean 'loss'?") &&
                                         Catch::Contains("there are curves of loss"));
  for (RunSummary& run : runs.runs) run.metrics["train_loss"] = 3;
  request.metric = "train_loss";
  CHECK_THAT(refusal(runs, request), Catch::Contains("one value for the whole run"));
  PlotRuns none;
  CHECK_THAT(refusal(none, {}), Catch::Contains("there is no run to plot"));
  request = {};
  request.x = XAxis::epochs;
  CHECK_THAT(refusal(runs, request), Catch::Contains("its epochs were not recorded"));
  CHECK_THROWS_WITH(x_axis_from_string("step"), Catch::Contains("did you mean 'steps'?"));
}

TEST_CASE("a run that lacks the metric is left out of the plot and named") {
  PlotRuns runs = three_runs();
  runs.values.erase({"bbbbbbbb", "loss"});
  const Plot plot = runs.plot({});
  CHECK(plot.curves.size() == 2);
  CHECK_THAT(plot.notes.front(), Catch::Contains("left out: run bbbbbbbb (small): no curve of loss"));
}
