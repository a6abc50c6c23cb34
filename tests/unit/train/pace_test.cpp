#include "train/pace.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

using namespace folio::train;

TEST_CASE("the pace of steps that all take as long is known exactly, that of a few steps not at all") {
  Pace pace;
  for (int step = 0; step < 7; ++step) pace.add(100, 0.5);
  CHECK_FALSE(pace.standard_error());
  for (int step = 7; step < 1000; ++step) pace.add(100, 0.5);
  CHECK(pace.standard_error() == Approx(0).margin(1e-9));
}

TEST_CASE("the standard error of the pace is how far that of a repetition strays") {
  std::mt19937 generator(2);
  std::normal_distribution<double> normal(0.2, 0.02);
  double squares = 0, estimates = 0;
  constexpr int kRounds = 300, kSteps = 500;
  for (int round = 0; round < kRounds; ++round) {
    Pace pace;
    double seconds = 0;
    for (int step = 0; step < kSteps; ++step) {
      const double of_step = normal(generator);
      pace.add(100, of_step);
      seconds += of_step;
    }
    squares += std::pow(100.0 * kSteps / seconds - 500, 2) / kRounds;
    estimates += *pace.standard_error() / kRounds;
  }
  CHECK(estimates == Approx(std::sqrt(squares)).epsilon(0.15));
}
