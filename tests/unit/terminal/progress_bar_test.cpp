#include "terminal/progress_bar.h"

#include <catch2/catch.hpp>

#include "terminal/terminal.h"

using namespace folio;

namespace {

constexpr const char* kDetails = "117/216  epoch 1.62  loss 5.2218  178 tok/s  4 min 20 s left";

}  // namespace

TEST_CASE("progress line has its whole bar where there is room") {
  CHECK(progress_line("Training", 1, 2, "details", 120) == "Training  ━━━━━━━━━━━━╸───────────   50 %  details");
  CHECK(progress_line("Training", 2, 2, "", 120) == "Training  ━━━━━━━━━━━━━━━━━━━━━━━━  100 %");
}

TEST_CASE("progress line shortens the bar before it cuts what it says") {
  const std::string line = progress_line("Training", 117, 216, kDetails, 95);
  CHECK(display_width(line) == 95);
  CHECK(line.ends_with("4 min 20 s left"));
  CHECK(line.find("━") != std::string::npos);
}

TEST_CASE("progress line goes without a bar at 80 columns and says all") {
  const std::string line = progress_line("Training", 117, 216, kDetails, 79);
  CHECK(line == std::string("Training   54 %  ") + kDetails);
  CHECK(display_width(line) <= 79);
}

TEST_CASE("progress line is never wider than the terminal") {
  for (int width = 0; width < 130; ++width)
    CHECK(display_width(progress_line("Training", 117, 216, kDetails, width)) <= width);
}

TEST_CASE("progress line says what is beside it where the total is not known") {
  CHECK(progress_line("Reading", 5, 0, "5 B read", 60) == "Reading  5 B read");
}
