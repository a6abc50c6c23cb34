#pragma once

#include <soci/soci.h>

#include <nlohmann/json.hpp>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace folio::runs {

/// Numbers the metrics by name, adding those that are new, and remembers them. To be used within one transaction.
class MetricIds {
 public:
  explicit MetricIds(soci::session& session) : session_(session) {}

  /// In the order of the names, each of which stands there once.
  std::vector<long long> of(const std::vector<std::string>& names);

 private:
  void find_or_add(const nlohmann::json& names);

  soci::session& session_;
  std::unordered_map<std::string, long long> ids_;
};

/// The same for the pairs of setting and value that the table `settings` holds.
class SettingIds {
 public:
  explicit SettingIds(soci::session& session) : session_(session) {}

  /// What runs.settings holds for a run with these settings: the numbers with spaces between.
  std::string column(const nlohmann::json& settings);

 private:
  void find_or_add(const std::vector<std::pair<std::string, std::string>>& pairs);

  soci::session& session_;
  std::unordered_map<std::string, long long> ids_;  // by key and value
};

}  // namespace folio::runs
