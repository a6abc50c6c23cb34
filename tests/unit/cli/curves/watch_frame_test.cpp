#include "cli/curves/watch_frame.h"

#include <catch2/catch.hpp>
#include <sstream>
#include <vector>

#include "terminal/terminal.h"

using namespace folio;
using namespace folio::cli;

namespace {

const Palette kNoColours(Palette::Colours::none);

runs::Plot watched_plot(int curves) {
  runs::Plot plot;
  plot.metric = "loss";
  plot.unit = "nats per token";
  for (int i = 0; i < curves; ++i) {
    runs::PlotCurve curve;
    curve.color = static_cast<std::size_t>(i);
    curve.runs = {"0000000" + std::to_string(i)};
    for (int step = 1; step <= 50; ++step) curve.points.push_back({double(step), 5.0 + i - 0.05 * step, 0, 0, 1});
    plot.curves.push_back(curve);
  }
  return plot;
}

std::vector<RunProgress> watched_runs(int count) {
  std::vector<RunProgress> runs;
  for (int i = 0; i < count; ++i) {
    RunProgress run;
    run.summary.id = "0000000" + std::to_string(i);
    run.summary.name = "run-" + std::to_string(i);
    run.summary.state = runs::RunState::running;
    run.step = 50;
    run.steps = 1216;
    run.metrics = {{"loss", 2.5 + i}, {"tokens_per_second", 402.25}};
    run.seconds_left = 93;
    run.sample = runs::Sample{50, "ROMEO.", "\nBut soft\x1b[2J"};
    runs.push_back(run);
  }
  return runs;
}

std::vector<std::string> frame_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("a frame has the curves, a row for each run with its letter, and what they wrote") {
  const std::string text = watch_frame(watched_plot(2), watched_runs(2), "q ends it", 100, 30, kNoColours);
  const auto lines = frame_lines(text);
  REQUIRE(lines.size() == 30);
  CHECK(lines[0] == "loss (nats per token)");
  CHECK_THAT(text, Catch::Contains(" ┤") && Catch::Contains("50 step"));
  CHECK_THAT(text, Catch::Contains("A  run-0  00000000  running  50/1,216  2.5000  402 tok/s  1 min 33 s\n") &&
                       Catch::Contains("B  run-1  00000001  running  50/1,216  3.5000"));
  CHECK_THAT(text, Catch::Contains("A  step 50 writes: ROMEO. But soft\uFFFD[2J\n"));
  CHECK(lines.back() == "q ends it");
}

TEST_CASE("a frame fits every terminal") {
  for (const int columns : {20, 40, 60, 80, 200})
    for (const int rows : {1, 2, 5, 8, 12, 15, 24, 60})
      for (const int runs : {1, 3, 9}) {
        CAPTURE(columns, rows, runs);
        auto plot = watched_plot(runs);
        plot.notes = {"a note that is rather long, and so may not have room in one line of a narrow terminal"};
        const auto lines = frame_lines(watch_frame(plot, watched_runs(runs), "q ends it", columns, rows, kNoColours));
        CHECK(static_cast<int>(lines.size()) <= rows);
        if (columns < 30) continue;  // the chart's least
        for (const std::string& line : lines) CHECK(display_width(line) <= columns);
      }
}

TEST_CASE("where room is short the chart stays before the texts, and the runs before the chart") {
  const auto frame = [](int rows) { return watch_frame(watched_plot(2), watched_runs(2), "q", 80, rows, kNoColours); };
  CHECK_THAT(frame(16), Catch::Contains("┤") && Catch::Contains("run-1") && !Catch::Contains("writes"));
  CHECK_THAT(frame(8), !Catch::Contains("┤") && Catch::Contains("run-1"));
  CHECK_THAT(watch_frame(watched_plot(9), watched_runs(9), "q", 80, 10, kNoColours), Catch::Contains("and 2 more"));
}

TEST_CASE("a frame without a curve says why, and lists the runs") {
  runs::Plot empty = watched_plot(0);
  empty.notes = {"no loss was logged so far"};
  auto runs = watched_runs(1);
  runs[0].metrics.clear();
  runs[0].steps.reset();
  runs[0].seconds_left.reset();
  const std::string text = watch_frame(empty, runs, "", 80, 24, kNoColours);
  CHECK_THAT(text,
             Catch::Contains("no loss was logged so far") && Catch::Contains("running") && !Catch::Contains("tok/s"));
}

TEST_CASE("a run is told in one line") {
  const RunProgress run = watched_runs(1)[0];
  CHECK(watch_line(run, "loss") == "00000000  run-0  running  step 50/1,216  loss 2.5000  402 tok/s  1 min 33 s left");
  CHECK(watch_line(run, "eval_loss") == "00000000  run-0  running  step 50/1,216  402 tok/s  1 min 33 s left");
  CHECK(sample_line({}).empty());
}
