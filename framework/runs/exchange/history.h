#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "runs/exchange/imported_run.h"

namespace folio::runs {

/// A run's history as rows of named values, as Weights & Biases keeps it and tables hold it, being put in order.
class History {
 public:
  /// An object: numbers are metrics, objects within it are told apart by dots ("a.b"), and what is neither is counted.
  /// The step stands in it, under one of the names that programs give it, unless it is given. A row without one, or
  /// without a metric, is counted.
  void add_row(const nlohmann::json& row, std::optional<std::int64_t> step = std::nullopt);

  /// The rows as points of the run, a row of the same step over those before it, and what was counted as unread.
  /// Returns when the first row was logged, where one says it.
  std::optional<double> write(ImportedRun& run) const;

  bool empty() const { return rows_.empty(); }

  /// What Hugging Face's Trainer reports as "train/loss" and "eval/loss" is called loss and eval_loss; a name that
  /// another metric of this history has stays.
  std::string metric_name(const std::string& name) const;

 private:
  struct Row {
    std::int64_t step = 0;
    std::optional<std::int64_t> global_step{};  ///< of Hugging Face's Trainer, whose rows W&B only counts
    std::optional<double> time{};               ///< seconds since 1970
    std::map<std::string, double> metrics{};
  };

  void add_values(const nlohmann::json& object, const std::string& prefix, Row& row);

  std::vector<Row> rows_;
  std::map<std::string, std::int64_t> not_numbers_;  ///< by name
  std::map<std::string, bool> names_;
  std::int64_t without_step_ = 0;
};

/// The step's names in tables and logs, the surest first.
std::optional<std::int64_t> step_in(const nlohmann::json& row);

}  // namespace folio::runs
