#include "runs/record/selection.h"

#include <catch2/catch.hpp>
#include <filesystem>

using namespace folio;
using namespace folio::runs;

namespace {

RunSummary run(const char* id, const char* name, const char* file = "", RunState state = RunState::finished) {
  RunSummary summary;
  summary.id = id;
  summary.name = name;
  summary.state = state;
  if (*file) summary.experiment_file = std::filesystem::absolute(file).lexically_normal().string();
  return summary;
}

/// Newest first, as the store lists them.
const std::vector<RunSummary> kRuns{
    run("3fa9c2d1", "romeo", "experiments/romeo.yaml", RunState::failed),
    run("3fb00000", "romeo", "experiments/romeo.yaml"),
    run("aaaaaaaa", "romeo", "experiments/romeo.yaml"),
    run("bbbbbbbb", "3fb", "experiments/other.yaml", RunState::interrupted),
    run("baseline/bert", "baseline-bert"),
    run("baseline/gpt", "baseline-gpt"),
};

std::string selected(const std::string& text) { return select_run(kRuns, text).id; }

std::string refusal(const std::string& text) {
  try {
    return "selected " + select_run(kRuns, text).id;
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    return error.what();
  }
}

}  // namespace

TEST_CASE("a run is chosen by latest, id, name, an id's beginning or experiment file") {
  CHECK(selected("latest") == "3fa9c2d1");
  CHECK(selected("aaaaaaaa") == "aaaaaaaa");
  CHECK(selected("baseline/gpt") == "baseline/gpt");
  CHECK(selected("romeo") == "3fa9c2d1");
  CHECK(selected("a") == "aaaaaaaa");
  CHECK(selected("3fa") == "3fa9c2d1");
  CHECK(selected("experiments/romeo.yaml") == "3fb00000");
  CHECK(selected("./experiments/../experiments/romeo.yaml") == "3fb00000");
}

TEST_CASE("a name comes before an id's beginning") { CHECK(selected("3fb") == "bbbbbbbb"); }

TEST_CASE("an ambiguous beginning lists the runs it may mean") {
  CHECK(refusal("3f") == "'3f' is the beginning of several ids:\n  3fa9c2d1  romeo\n  3fb00000  romeo");
}

TEST_CASE("an unknown run names the nearest") {
  CHECK(refusal("rome") == "there is no run 'rome'; did you mean 'romeo'?");
  CHECK(refusal("baseline/gtp") == "there is no run 'baseline/gtp'; did you mean 'baseline/gpt'?");
  CHECK(refusal("lastest") == "there is no run 'lastest'; did you mean 'latest'?");
  CHECK(refusal("") == "there is no run ''");
}

TEST_CASE("an experiment file without a finished run is refused with the reason") {
  CHECK(refusal("experiments/other.yaml") == "no run of experiments/other.yaml has finished");
  CHECK(refusal("experiments/none.yaml") == "there is no file experiments/none.yaml");
}

TEST_CASE("latest never means a baseline") {
  const std::vector<RunSummary> baselines{run("baseline/gpt", "baseline-gpt")};
  CHECK_THROWS_WITH(select_run(baselines, "latest"), "there are no runs yet");
  CHECK_THROWS_WITH(select_run({}, "latest"), "there are no runs yet");
}
