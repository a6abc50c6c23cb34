#pragma once

#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "terminal/progress_bar.h"

namespace folio::cli {

/// Shows what the worker tells while it works: one bar on a terminal, with the newest text that the model wrote below
/// it and earlier ones above, else a line for each stage and each logged point,
/// and every half minute of a long stage. Everything goes to standard error, so that standard output holds results
/// alone.
class LiveView {
 public:
  /// `now` tells the time.
  explicit LiveView(bool quiet,
                    std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now);

  void show(const nlohmann::json& line);

  /// Takes the bar away; what stood below it stays.
  void finish();

 private:
  void show_step(const nlohmann::json& line);
  void show_stage(const nlohmann::json& line);
  void show_sample(const nlohmann::json& line);
  void keep_sample();
  void show_points(const nlohmann::json& line);
  std::string waits_for() const;
  void print(const std::string& text);

  bool quiet_;
  std::function<std::chrono::steady_clock::time_point()> now_;
  ProgressBar bar_;
  std::string stage_;
  double stage_done_ = 0;
  std::chrono::steady_clock::time_point stage_began_{}, stage_told_{};
  nlohmann::json last_step_;
  std::string newest_sample_;  ///< where it stands below the bar
};

}  // namespace folio::cli
