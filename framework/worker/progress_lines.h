#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

namespace folio::worker {

/// What the worker tells whoever started it, as JSON lines on standard output. These lines are for watching alone: they
/// may be lost, and nothing depends on them. Once the reader is gone they are dropped.
class ProgressLines {
 public:
  /// `at_stage` is called with each stage, however few of them are told; what it throws ends the work.
  explicit ProgressLines(std::function<void()> at_stage = [] {});

  /// {"stage": "...", "done": d, "total": t, "unit": "bytes"}; at most twenty a second for one stage, and always its
  /// end. The total is 0 where it is not known, and done is then bytes; else the unit is left out where it is no bytes.
  void stage(const std::string& name, double done, double total, const std::string& unit = "");

  /// Anything else, at once. Called by any thread.
  void write(const nlohmann::json& line);

 private:
  std::function<void()> at_stage_;
  std::atomic<bool> reader_gone_ = false;
  std::string stage_;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace folio::worker
