#include "runs/report/curves.h"

#include <catch2/catch.hpp>

#include "unit/runs/compared_runs.h"

using namespace folio;
using namespace folio::runs;

namespace {

CurvePair falling_curves(double a_factor) {
  CurvePair curves;
  for (std::int64_t step = 1; step <= 8; ++step) {
    const double loss = 7 - 0.5 * static_cast<double>(step);
    curves.a.push_back({.step = step, .value = a_factor * loss});
    curves.b.push_back({.step = step, .value = loss - 0.25});
  }
  return curves;
}

/// Of runs whose training losses are calculated in different ways; of A's labels `share` is scored.
std::string drawn(double share, const Curves& curves) {
  Run a = test::finished_run();
  a.facts["scored_share"] = share;
  Run b = test::finished_run();
  b.facts["loss_definition"] = "2";
  Page page(Page::Form::terminal, Paint(false), 80);
  add_curves(page, a, b, compare(a, b), curves);
  return page.text();
}

}  // namespace

TEST_CASE("a training loss that counts labels which nothing says is drawn in the bits of those that are scored") {
  const std::string plain = drawn(1, {.loss = falling_curves(1), .eval_loss = {}});
  CHECK_THAT(plain, Catch::Contains("in bits per byte of text"));
  CHECK(drawn(0.75, {.loss = falling_curves(0.75), .eval_loss = {}}) == plain);
  CHECK(drawn(0.75, {.loss = falling_curves(1), .eval_loss = {}}) != plain);
  CHECK(drawn(0.75, {.loss = {}, .eval_loss = falling_curves(1)}) ==
        drawn(1, {.loss = {}, .eval_loss = falling_curves(1)}));
}
