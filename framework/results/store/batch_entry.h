#pragma once

#include <soci/soci.h>

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "results/events.h"

namespace folio::results {

/// Collects what a batch of one run's events says, and writes it into the run's rows, all but how far it was read. To
/// be used within one transaction: `std::visit(entry, event.what)` for each event, then write().
class BatchEntry {
 public:
  /// `row` is the run's runs.id.
  BatchEntry(soci::session& session, std::int64_t row) : session_(session), row_(row) {}

  void operator()(const StateEvent& event);
  void operator()(const EnvironmentEvent& event) { environment_.update(event.values); }
  void operator()(const FactsEvent& event) { facts_.update(event.values); }
  void operator()(const PointsEvent& event);
  void operator()(const Sample& sample) { sample_ = sample; }
  void operator()(const SummaryEvent& event);

  void write();

 private:
  long long metric_id(const std::string& name);
  void add_point(const std::string& name, std::int64_t step, double value);
  void write_points();
  void write_finals();
  void write_state();
  void write_sample();
  void merge_details(const char* column, const nlohmann::json& values);

  soci::session& session_;
  const long long row_;
  std::map<std::string, long long> metric_ids_;
  // By metric and step, the order of the table's key: so they are inserted fastest.
  std::map<std::pair<long long, std::int64_t>, double> points_;
  std::map<long long, double> finals_;
  nlohmann::json environment_ = nlohmann::json::object();
  nlohmann::json facts_ = nlohmann::json::object();
  std::optional<Sample> sample_;
  std::optional<StateEvent> state_;
  std::optional<ProcessIdentity> process_;
};

}  // namespace folio::results
