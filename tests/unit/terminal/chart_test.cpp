#include "terminal/chart.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <sstream>

using namespace folio;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("a chart keeps to its width, with labelled axes and a letter at each curve's end") {
  const Chart chart({{0, 8}, {100, 6}, {200, 4}}, {{0, 8}, {100, 7}, {200, 6}});
  const auto lines = lines_of(chart.draw(80, 9, "step", Paint(false)));
  REQUIRE(lines.size() == 11);
  for (const std::string& line : lines) CHECK(display_width(line) <= 80);
  CHECK_THAT(lines[0], Catch::StartsWith("      8 ┤"));
  CHECK_THAT(lines[4], Catch::StartsWith("      6 ┤") && Catch::EndsWith(" B"));
  CHECK_THAT(lines[8], Catch::StartsWith("      4 ┤") && Catch::EndsWith(" A"));
  CHECK_THAT(lines[9], Catch::StartsWith("        └──"));
  CHECK_THAT(lines[10], Catch::StartsWith("         0") && Catch::Contains("100") && Catch::EndsWith("200 step"));
}

TEST_CASE("a falling line goes from the upper left to the lower right") {
  const Chart chart({{0, 1}, {1, 0}}, {});
  const auto lines = lines_of(chart.draw(30, 4, "x", Paint(false)));
  CHECK_THAT(lines[0], Catch::EndsWith("┤⠉⠓⠦⢤⣀"));
  CHECK_THAT(lines[3], Catch::EndsWith(" A"));
  CHECK_THAT(lines[3], Catch::StartsWith("      0 ┤     "));
}

TEST_CASE("what is not finite is left out, and an empty chart is empty") {
  CHECK(Chart({}, {}).draw(80, 9, "step", Paint(false)).empty());
  CHECK(Chart({{1, std::nan("")}}, {{2, INFINITY}}).draw(80, 9, "step", Paint(false)).empty());
  const std::string drawing = Chart({{1, 2}, {2, std::nan("")}, {3, 4}}, {}).draw(80, 9, "step", Paint(false));
  CHECK_THAT(drawing, Catch::StartsWith("      4 ┤"));
}

TEST_CASE("a single point and a flat line are drawn") {
  CHECK_THAT(Chart({{5, 2}}, {}).draw(40, 3, "step", Paint(false)), Catch::Contains("2 ┤") && Catch::Contains("A"));
  CHECK_THAT(Chart({{0, 2}, {9, 2}}, {}).draw(40, 3, "step", Paint(false)), Catch::Contains("⣀⣀⣀"));
}

TEST_CASE("both curves are told apart by colour, and where there is none by dots") {
  const Chart chart({{0, 1}, {60, 1}}, {{0, 0}, {60, 0}});
  const std::string plain = chart.draw(60, 4, "step", Paint(false));
  CHECK_THAT(plain, Catch::Contains("⠉⠉⠉⠉") && !Catch::Contains("⣀⣀⣀"));
  const std::string painted = chart.draw(60, 4, "step", Paint(true));
  CHECK_THAT(painted, Catch::Contains(Paint(true).cyan("⠉")) && Catch::Contains(Paint(true).yellow("B")));
}
