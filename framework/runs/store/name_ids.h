#pragma once

#include <soci/soci.h>

#include <nlohmann/json.hpp>
#include <string>
#include <unordered_map>

namespace folio::runs {

/// Numbers the metrics by name, adding those that are new, and remembers them. To be used within one transaction.
class MetricIds {
 public:
  explicit MetricIds(soci::session& session) : session_(session) {}

  long long id(const std::string& name);

 private:
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
  long long id(const std::string& key, const std::string& value);

  soci::session& session_;
  std::unordered_map<std::string, long long> ids_;
};

}  // namespace folio::runs
