#include "runs/report/trace_report.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>

#include "runs/record/trace.h"
#include "support/files.h"
#include "unit/runs/scratch.h"

using namespace folio;
using namespace folio::runs;
using Catch::Contains;

namespace {

std::vector<StepFingerprint> trace_of(int steps) {
  std::vector<StepFingerprint> trace;
  for (int i = 1; i <= steps; ++i) trace.push_back({i, 100u + i, 200u + i, 6.0 / i, 1.0 / i});
  return trace;
}

std::string page_of(const std::vector<StepFingerprint>& a, const std::vector<StepFingerprint>& b) {
  Page page(Page::Form::terminal, Paint(false), 80);
  add_trace(page, a, b);
  return page.text();
}

}  // namespace

TEST_CASE("a trace is read as it was written, NaN and all, without a torn last record") {
  const test::ScratchFolder scratch;
  const auto file = scratch.path() / "trace.bin";
  auto trace = trace_of(3);
  trace[2].loss = std::nan("");
  {
    TraceWriter writer(file);
    for (const StepFingerprint& step : trace) writer.append(step);
  }
  CHECK(std::filesystem::file_size(file) == 8 + 3 * 40);
  auto read = read_trace(file);
  REQUIRE(read.size() == 3);
  CHECK(read[1].step == 2);
  CHECK(read[1].batch == 102);
  CHECK(read[1].random == 202);
  CHECK(read[1].loss == 3.0);
  CHECK(read[1].grad_norm == 0.5);
  CHECK(std::isnan(read[2].loss));
  CHECK_FALSE(first_divergence(trace, read));  // NaN equals itself here: the bits are compared
  std::filesystem::resize_file(file, 8 + 2 * 40 + 17);
  CHECK(read_trace(file).size() == 2);
}

TEST_CASE("what is not a trace is refused with the reason") {
  const test::ScratchFolder scratch;
  const auto file = scratch.path() / "trace.bin";
  CHECK_THROWS_WITH(read_trace(file), Contains("trace.bin") && Contains("training.trace=true"));
  write_file_atomically(file, "{}");
  CHECK_THROWS_WITH(read_trace(file), Contains("is not a trace"));
}

TEST_CASE("the first step at which two traces part is named, and in what") {
  const auto a = trace_of(5);
  CHECK_FALSE(first_divergence(a, a));
  CHECK_THAT(page_of(a, a), Contains("Nowhere.") && Contains("all 5 steps are equal"));

  auto b = a;
  b[2].loss = std::nextafter(b[2].loss, 10);  // one bit
  b[3].batch = 0;
  const auto divergence = first_divergence(a, b);
  REQUIRE(divergence);
  CHECK(divergence->step == 3);
  CHECK(divergence->loss);
  CHECK_FALSE(divergence->batch);
  CHECK_FALSE(divergence->gradients);
  CHECK_THAT(page_of(a, b), Contains("Before step 3 all is equal") && Contains("At step 3, in loss:") &&
                                Contains("2.0000000000000004"));
  const auto report = trace_to_json(a, b);
  CHECK(report["first_difference"]["step"] == 3);
  CHECK(report["first_difference"]["in"] == nlohmann::json::array({"loss"}));
  CHECK(trace_to_json(a, a)["first_difference"].is_null());
}

TEST_CASE("a trace that ends before the other parts from it there") {
  const auto divergence = first_divergence(trace_of(5), trace_of(3));
  REQUIRE(divergence);
  CHECK(divergence->step == 4);
  CHECK(divergence->ended);
  CHECK_THAT(page_of(trace_of(5), trace_of(3)), Contains("One of the two runs"));
}

TEST_CASE("each kind of divergence has a meaning of its own") {
  std::vector<std::string> meanings;
  for (const Divergence& divergence : {Divergence{1, true}, Divergence{7, true}, Divergence{1, false, true},
                                       Divergence{7, false, true}, Divergence{1, false, false, true},
                                       Divergence{7, false, false, true}, Divergence{7, false, false, false, true}}) {
    const std::string meaning = meaning_of(divergence);
    CHECK(meaning.size() > 20);
    CHECK(std::find(meanings.begin(), meanings.end(), meaning) == meanings.end());
    meanings.push_back(meaning);
  }
}
