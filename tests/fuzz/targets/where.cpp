// A condition of `--where`. What is taken can be asked of every run, and its opposite holds where it does not.

#include "runs/compare/where.h"

#include <limits>
#include <vector>

#include "fuzz.h"

namespace folio::fuzz {
namespace {

using namespace runs;

struct Known {
  std::vector<RunSummary> runs;
  RunSettings settings;

  Known() {
    settings.define(0, "training.learning_rate", 5e-5);
    settings.define(1, "model.type", "gpt");
    settings.define(2, "dataset.books", nlohmann::json{"macbeth", "hamlet"});
    settings.add_run("a", {0, 1, 2});
    settings.add_run("b", {1});
    for (const char* id : {"a", "b", "c"}) {
      runs.emplace_back();
      runs.back().id = id;
      runs.back().name = std::string("run ") + id;
      runs.back().state = RunState::finished;
    }
    runs[0].metrics = {{"train_loss", 6.5}, {"eval_loss", std::numeric_limits<double>::quiet_NaN()}};
    runs[0].tags = {"good", "long"};
    runs[1].metrics = {{"train_loss", 7.0}};
    runs[1].note = "The first";
  }
};

}  // namespace

void one_input(std::string_view bytes) {
  static const Known known;
  static const RunFields fields(known.runs, known.settings);
  const std::string text(bytes);
  std::vector<bool> held;
  if (!is_taken("", [&] {
        const Where where(text, fields);
        for (const RunSummary& run : known.runs) held.push_back(where.holds(run, fields));
        for (const auto kind : {Field::Kind::id, Field::Kind::setting, Field::Kind::metric}) where.asks(kind);
      }))
    return;
  is_taken("", [&] {  // refused where it comes too deep
    const Where opposite("not (" + text + ")", fields);
    for (std::size_t i = 0; i < held.size(); ++i) FOLIO_FUZZ_REQUIRE(opposite.holds(known.runs[i], fields) != held[i]);
  });
}

}  // namespace folio::fuzz
