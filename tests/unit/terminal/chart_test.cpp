#include "terminal/chart.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <sstream>

#include "terminal/terminal.h"

using namespace folio;

namespace {

const Palette kPlain(Palette::Colours::none);

std::vector<std::string> chart_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

Chart chart_of(Chart::Points a, Chart::Points b, const std::string& x_title = "step") {
  return Chart({{std::move(a), "A", 0}, {std::move(b), "B", 1}},
               {.title = x_title, .values = ChartAxis::Values::whole});
}

std::string drawn(const Chart& chart, int width, int rows) { return chart.draw(width, rows, kPlain); }

}  // namespace

TEST_CASE("a chart keeps to its width, with labelled axes and a letter at each curve's end") {
  const Chart chart = chart_of({{0, 8}, {100, 6}, {200, 4}}, {{0, 8}, {100, 7}, {200, 6}});
  const auto lines = chart_lines(drawn(chart, 80, 9));
  REQUIRE(lines.size() == 11);
  for (const std::string& line : lines) CHECK(display_width(line) <= 80);
  CHECK_THAT(lines[0], Catch::StartsWith("      8 ┤"));
  CHECK_THAT(lines[4], Catch::StartsWith("      6 ┤") && Catch::EndsWith(" B"));
  CHECK_THAT(lines[8], Catch::StartsWith("      4 ┤") && Catch::EndsWith(" A"));
  CHECK_THAT(lines[9], Catch::StartsWith("        └──"));
  CHECK_THAT(lines[10], Catch::StartsWith("         0") && Catch::Contains("100") && Catch::EndsWith("200 step"));
}

TEST_CASE("a falling line goes from the upper left to the lower right") {
  const auto lines = chart_lines(drawn(chart_of({{0, 1}, {1, 0}}, {}, "x"), 30, 4));
  CHECK_THAT(lines[0], Catch::EndsWith("┤⠉⠓⠦⢤⣀"));
  CHECK_THAT(lines[3], Catch::EndsWith(" A"));
  CHECK_THAT(lines[3], Catch::StartsWith("      0 ┤     "));
}

TEST_CASE("what is not finite is left out, and an empty chart is empty") {
  CHECK(drawn(chart_of({}, {}), 80, 9).empty());
  CHECK(drawn(Chart({}, {}), 80, 9).empty());
  CHECK(drawn(chart_of({{1, std::nan("")}}, {{2, INFINITY}}), 80, 9).empty());
  CHECK_THAT(drawn(chart_of({{1, 2}, {2, std::nan("")}, {3, 4}}, {}), 80, 9), Catch::StartsWith("      4 ┤"));
}

TEST_CASE("a single point and a flat line are drawn") {
  CHECK_THAT(drawn(chart_of({{5, 2}}, {}), 40, 3), Catch::Contains("2 ┤") && Catch::Contains("A"));
  CHECK_THAT(drawn(chart_of({{0, 2}, {9, 2}}, {}), 40, 3), Catch::Contains("⣀⣀⣀"));
}

TEST_CASE("curves are told apart by colour, and where there is none by their strokes") {
  const Chart chart({{{{0, 2}, {60, 2}}, "A", 0}, {{{0, 1}, {60, 1}}, "B", 1}, {{{0, 0}, {60, 0}}, "C", 2}},
                    {.title = "step"});
  const auto plain = chart_lines(drawn(chart, 60, 9));
  CHECK_THAT(plain[0], Catch::Contains("⠉⠉⠉⠉⠉⠉"));
  CHECK_THAT(plain[4], !Catch::Contains("⠒⠒") && Catch::Contains("⠐ ⠂"));
  CHECK_THAT(plain[8], Catch::Contains("⣀⣀⣀ ⢀⣀⣀⡀ ⣀"));
  CHECK(chart_stroke_name(1) == "dotted");
  const Palette six(Palette::Colours::six);
  const std::string painted = chart.draw(60, 9, six);
  CHECK_THAT(painted,
             Catch::Contains("\x1b[36m⠉⠉⠉") && Catch::Contains(six.paint(1, "B")) && Catch::Contains("\x1b[35m⣀⣀⣀"));
}

TEST_CASE("many curves that end at the same place have all their letters there") {
  std::vector<Chart::Curve> curves;
  for (int i = 0; i < 8; ++i)
    curves.push_back({{{0, 9.0 + i}, {10, 1}}, std::string(1, static_cast<char>('A' + i)), i});
  const std::string text = drawn(Chart(curves, {.title = "x"}), 50, 9);
  CHECK_THAT(text, Catch::Contains(" ABCDEFGH\n"));
  for (const std::string& line : chart_lines(text)) CHECK(display_width(line) <= 50);
}

TEST_CASE("a curve that ends before the others has its letter where it ends") {
  const auto lines = chart_lines(drawn(chart_of({{0, 0}, {100, 0}}, {{0, 9}, {50, 9}}), 80, 5));
  const std::size_t end = lines[0].find('B');
  REQUIRE(end != std::string::npos);
  CHECK(display_width(lines[0].substr(0, end)) == Approx(9 + 35).margin(3));
}

TEST_CASE("a logarithmic axis gives each factor the same room, and leaves out what has no logarithm") {
  const Chart chart({{{{1, 1}, {10, 10}, {100, 100}, {0, 5}, {5, -1}}, "A", 0}}, {.title = "x", .log = true},
                    {.log = true});
  const auto lines = chart_lines(drawn(chart, 60, 9));
  CHECK_THAT(lines[0], Catch::StartsWith("    100 ┤"));
  CHECK_THAT(lines[4], Catch::StartsWith("     10 ┤"));
  CHECK_THAT(lines[8], Catch::StartsWith("      1 ┤"));
  CHECK_THAT(lines[10], Catch::StartsWith("         1 ") && Catch::Contains(" 10 ") && Catch::EndsWith("100 x"));
}

TEST_CASE("a band is dotted lightly between its ends, behind the line") {
  const Chart chart({{{{0, 5}, {60, 5}}, "A", 0, {{0, 0, 10}, {60, 4, 6}}}}, {.title = "x"});
  const auto lines = chart_lines(drawn(chart, 60, 9));
  CHECK_THAT(lines[0], Catch::StartsWith("     10 ┤⡀⠂⡀⠂"));
  CHECK_THAT(lines[8], Catch::StartsWith("      0 ┤⡀⠂⡀⠂ ⠂"));
  CHECK_THAT(lines[4], !Catch::Contains("┤⠐ "));
  const Palette many(Palette::Colours::many);
  CHECK_THAT(chart.draw(60, 9, many), Catch::Contains("\x1b[2;38;5;39m") && Catch::Contains("\x1b[38;5;39m"));
}

TEST_CASE("values are said in few characters") {
  CHECK(short_number(0) == "0");
  CHECK(short_number(6.50891) == "6.509");
  CHECK(short_number(999.96) == "1000");
  CHECK(short_number(1234.4) == "1,234");
  CHECK(short_number(-2500) == "-2,500");
  CHECK(short_number(12'345) == "12.3k");
  CHECK(short_number(999'600) == "1M");
  CHECK(short_number(2'000'000) == "2M");
  CHECK(short_number(3.5e9) == "3.5G");
  CHECK(short_number(1e14) == "100T");
  CHECK(short_number(1e17) == "1e+17");
  const Chart clock({{{{0, 1}, {1200, 2e6}}, "A", 0}}, {.title = "time", .values = ChartAxis::Values::clock});
  const std::string text = drawn(clock, 80, 5);
  CHECK_THAT(text, Catch::Contains(" 0:00:00 ") && Catch::Contains(" 0:10:00 ") && Catch::Contains("0:20:00 time") &&
                       Catch::Contains("     2M ┤"));
}

TEST_CASE("the labels of a narrow axis are told apart") {
  AxisRange range{ChartAxis{}};
  range.take(3.12345);
  range.take(3.1235);
  CHECK(range.label(0) == "3.12345");
  CHECK(range.label(1) == "3.1235");
  AxisRange wide{ChartAxis{}};
  wide.take(3);
  wide.take(6);
  CHECK(wide.label(0.5) == "4.5");
}
