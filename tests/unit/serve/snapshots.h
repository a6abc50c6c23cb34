#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "serve/run_snapshot.h"

namespace folio::serve::test {

/// Three runs: a (gpt, finished, tags good and long), b (bert, running) and c, which has nothing.
inline std::unique_ptr<RunSnapshot> three_runs() {
  auto settings = std::make_shared<runs::RunSettings>();
  settings->define(0, "training.learning_rate", 5e-5);
  settings->define(1, "model.type", "gpt");
  settings->define(2, "model.type", "bert");
  settings->define(3, "dataset.books", nlohmann::json{"macbeth", "king lear"});
  settings->add_run("a", {0, 1, 3});
  settings->add_run("b", {0, 2});
  std::vector<runs::RunSummary> all(3);
  all[0].id = "a";
  all[0].name = "first run";
  all[0].model = "gpt";
  all[0].state = runs::RunState::finished;
  all[0].tags = {"good", "long"};
  all[0].metrics = {{"eval_loss", 4.5}, {"train_loss", 5.25}};
  all[1].id = "b";
  all[1].name = "it's";
  all[1].model = "bert";
  all[1].state = runs::RunState::running;
  all[2].id = "c";
  return std::make_unique<RunSnapshot>(std::move(all), std::move(settings), std::vector<runs::UnreadRun>{});
}

}  // namespace folio::serve::test
