#include <catch2/catch.hpp>
#include <cmath>

#include "runs/plot/plot_json.h"
#include "runs/plot/plot_svg.h"
#include "runs/plot/plot_text.h"
#include "runs/plot/ticks.h"
#include "terminal/terminal.h"
#include "unit/runs/plot/plots.h"

using namespace folio;
using namespace folio::runs;
using folio::runs::test::PlotRuns;

namespace {

std::string texts(const std::vector<Tick>& marks) {
  std::string all;
  for (const Tick& tick : marks) all += (all.empty() ? "" : " ") + tick.text;
  return all;
}

std::size_t count_of(const std::string& text, const std::string& word) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

/// Curves that fall from 6, one for each run.
PlotRuns falling_runs(int count) {
  PlotRuns runs;
  for (int i = 0; i < count; ++i) {
    const std::string id = "run" + std::to_string(i);
    runs.add(id, "name" + std::to_string(i), 1e-3 * (i + 1), 1);
    for (int step = 1; step <= 50; ++step) runs.values[{id, "loss"}].push_back({step, 6.0 / std::sqrt(step) + i});
  }
  return runs;
}

}  // namespace

TEST_CASE("ticks are round numbers within the range") {
  CHECK(texts(ticks(0, 10, 5, false)) == "0 2 4 6 8 10");
  CHECK(texts(ticks(2.31, 6.87, 5, false)) == "3 4 5 6");
  CHECK(texts(ticks(-0.013, 0.021, 4, false)) == "-0.01 0 0.01 0.02");
  CHECK(texts(ticks(1e-5, 1e-1, 6, true)) == "1e-05 0.0001 0.001 0.01 0.1");
  CHECK(texts(ticks(3, 3, 4, false)) == "3");
  CHECK(texts(ticks(4.1, 5.2, 4, true)) == "4.5 5");
}

TEST_CASE("ticks of a narrow range have the digits that tell them apart") {
  CHECK(texts(ticks(3.12345, 3.1235, 5, false)) == "3.12345 3.12346 3.12347 3.12348 3.12349 3.1235");
  CHECK(texts(ticks(1e6, 1e6 + 4e-5, 4, false)) == "1000000.00001 1000000.00002 1000000.00003 1000000.00004");
}

TEST_CASE("ticks of values so large that 1 more changes nothing come to an end") {
  CHECK(ticks(1.7e18, 1.7e18 + 256, 5, false).size() == 1);
  CHECK(ticks(-1.7e18 - 256, -1.7e18, 5, false).size() == 1);
  CHECK(ticks(0, 1.7e18, 5, false).size() > 3);
}

TEST_CASE("values that nearly overflow are drawn") {
  PlotRuns runs = falling_runs(1);
  runs.values[{"run0", "loss"}] = {{1, 1e308}, {2, -1e308}, {3, 5e307}};
  const std::string svg = to_svg(runs.plot({}));
  CHECK_THAT(svg, !Catch::Contains("nan") && !Catch::Contains("inf"));
}

TEST_CASE("ticks of steps are whole, of tokens short, of times as a clock shows them") {
  CHECK(texts(x_ticks(XAxis::steps, 0, 3, 8, false)) == "0 1 2 3");
  CHECK(texts(x_ticks(XAxis::tokens, 0, 3e6, 3, false)) == "0 1M 2M 3M");
  CHECK(texts(x_ticks(XAxis::tokens, 0, 60000, 3, false)) == "0 20k 40k 60k");
  CHECK(texts(x_ticks(XAxis::time, 0, 7200, 4, false)) == "0 s 30:00 1:00:00 1:30:00 2:00:00");
  CHECK(texts(x_ticks(XAxis::time, 0, 40, 4, false)) == "0 s 10 s 20 s 30 s 40 s");
}

TEST_CASE("an SVG picture has a line for each curve, its name, and both axes") {
  PlotRuns runs = falling_runs(3);
  const std::string svg = to_svg(runs.plot({}));
  CHECK_THAT(svg, Catch::StartsWith("<svg xmlns=") && Catch::EndsWith("</svg>\n"));
  CHECK(count_of(svg, "stroke-linejoin") == 3);
  for (const char* text : {"name0", "name2", ">step<", "loss (nats per token, lower is better)", "#0072B2"})
    CHECK_THAT(svg, Catch::Contains(text));
  CHECK_THAT(svg, !Catch::Contains("nan") && !Catch::Contains("inf"));
}

TEST_CASE("names in an SVG picture are text and no elements") {
  PlotRuns runs = falling_runs(1);
  runs.runs.front().name = "<script>alert(\"x\")</script>";
  const std::string svg = to_svg(runs.plot({}));
  CHECK_THAT(svg, !Catch::Contains("<script") && Catch::Contains("&lt;script&gt;"));
}

TEST_CASE("curves beyond the palette are dashed, beyond the list counted") {
  PlotRuns runs = falling_runs(45);
  const std::string svg = to_svg(runs.plot({}));
  CHECK(count_of(svg, "stroke-linejoin") == 45);
  CHECK_THAT(svg, Catch::Contains("stroke-dasharray") && Catch::Contains("and 5 more"));
}

TEST_CASE("a curve of one point, a flat one and one on a logarithmic axis are drawn") {
  PlotRuns runs = falling_runs(1);
  PlotRequest request;
  request.log_x = request.log_y = true;
  CHECK_THAT(to_svg(runs.plot(request)), !Catch::Contains("nan"));
  runs.values[{"run0", "loss"}] = {{7, 0.0}};
  CHECK_THAT(to_svg(runs.plot({})), Catch::Contains("<circle") && !Catch::Contains("nan"));
  runs.values[{"run0", "loss"}] = {{7, 2.0}, {8, 2.0}};
  CHECK_THAT(to_svg(runs.plot({})), !Catch::Contains("nan") && !Catch::Contains("inf"));
}

TEST_CASE("a plot as JSON has points with their band") {
  PlotRuns runs;
  runs.add("aaaaaaaa", "small", 1e-3, 1);
  runs.add("bbbbbbbb", "small", 1e-3, 2);
  runs.values[{"aaaaaaaa", "loss"}] = {{10, 4}, {20, 2}};
  runs.values[{"bbbbbbbb", "loss"}] = {{10, 6}, {20, 4}};
  CHECK(to_json(runs.plot({}))["curves"][0]["points"].dump() == "[[10,4],[20,2]]");
  PlotRequest request;
  request.group = true;
  const auto json = to_json(runs.plot(request));
  CHECK(json["curves"][0]["points"].dump() == "[[10,5,4,6,2],[20,3,2,4,2]]");
  CHECK(json["cursor"] == "aaaaaaaa:20,bbbbbbbb:20");
  CHECK(json["direction"] == "lower");
}

TEST_CASE("a plot in the terminal keeps to its width and names its curves") {
  PlotRuns runs = falling_runs(3);
  const int width = GENERATE(40, 80, 120);
  const std::string text = to_text(runs.plot({}), width, 12, Palette(Palette::Colours::none));
  CHECK_THAT(text, Catch::Contains("A  name0 (solid)") && Catch::Contains("C  name2"));
  std::size_t begin = 0;
  for (std::size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1)
    CHECK(display_width(text.substr(begin, end - begin)) <= width);
}
