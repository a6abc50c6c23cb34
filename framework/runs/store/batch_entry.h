#pragma once

#include <soci/soci.h>

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "runs/record/events.h"
#include "runs/store/name_ids.h"

namespace folio::runs {

/// Collects what a batch of one run's events says, and writes it into the run's rows, all but how far it was read. To
/// be used within one transaction: take() for each event, then write().
class BatchEntry {
 public:
  /// `row` is the run's runs.id.
  BatchEntry(soci::session& session, MetricIds& metric_ids, std::int64_t row)
      : session_(session), metric_ids_(metric_ids), row_(row) {}

  void take(const Event& event);
  void operator()(const StateEvent& event);
  void operator()(const ResumedEvent& event);
  void operator()(const EnvironmentEvent& event) { environment_.update(event.values); }
  void operator()(const FactsEvent& event) { facts_.update(event.values); }
  void operator()(const PointsEvent& event);
  void operator()(const Sample& sample) { sample_ = sample; }
  void operator()(const SummaryEvent& event);
  void operator()(const LabelEvent& event) { labels_.push_back(event); }

  void write();

  /// Whether an event says that the run's settings are others now.
  bool changes_settings() const { return changes_settings_; }

 private:
  struct PointRow {
    std::size_t metric = 0;  // place in names_
    long long step = 0;
    double value = 0;
  };

  std::size_t metric(const std::string& name);
  void add_point(const std::string& name, std::int64_t step, double value);
  void supersede_points();
  void take_finals_from_points();
  void write_points(const std::vector<long long>& ids);
  void write_times();
  void write_finals(const std::vector<long long>& ids);
  void write_state();
  void write_sample();
  void write_labels();
  void merge_details(const char* column, const nlohmann::json& values);

  soci::session& session_;
  MetricIds& metric_ids_;
  const long long row_;
  std::vector<std::string> names_;  // of metrics, each once
  std::unordered_map<std::string, std::size_t> places_;
  std::vector<PointRow> points_;       // as they came
  std::map<long long, double> times_;  // by step
  std::optional<double> time_;         // of the event at hand
  std::map<std::size_t, double> finals_;
  nlohmann::json environment_ = nlohmann::json::object();
  nlohmann::json facts_ = nlohmann::json::object();
  std::optional<Sample> sample_;
  std::optional<std::int64_t> resumed_after_;  // the least step that the run was resumed from
  nlohmann::json sessions_ = nlohmann::json::array();
  bool changes_settings_ = false;
  std::optional<StateEvent> state_;
  std::optional<ProcessIdentity> process_;
  std::vector<LabelEvent> labels_;
};

}  // namespace folio::runs
