#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include "terminal/progress_bar.h"

namespace folio::cli {

/// Shows what the worker tells while it works: one bar on a terminal, else a line for each stage and each logged point.
/// Everything goes to standard error, so that standard output holds results alone.
class LiveView {
 public:
  explicit LiveView(bool quiet);

  void show(const nlohmann::json& line);

  /// Takes the bar away.
  void finish() { bar_.clear(); }

 private:
  void show_step(const nlohmann::json& line);
  void show_stage(const nlohmann::json& line);
  void show_points(const nlohmann::json& line);
  void print(const std::string& text);

  bool quiet_;
  ProgressBar bar_;
  std::string stage_;
  std::chrono::steady_clock::time_point stage_began_{};
  nlohmann::json last_step_;
};

}  // namespace folio::cli
