#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runs/record/run.h"

namespace folio::runs {

/// Keys of settings that not all of some runs have with one value, each list by name.
struct SettingDifferences {
  std::vector<std::string> differing;  ///< two of the runs have different values
  std::vector<std::string> of_some;    ///< those that have it have one value, and others lack it
};

/// The settings of many runs by dotted key, as flat_settings() gives them. Among thousands of runs most settings are
/// the same, so each pair of key and value is held once.
class RunSettings {
 public:
  using Key = std::uint32_t;

  /// Defines a pair of key and value under a number of the caller's, small ones best.
  void define(std::size_t number, const std::string& key, nlohmann::json value);

  /// `numbers` are of defined pairs; others are passed over.
  void add_run(const std::string& id, std::vector<std::uint32_t> numbers);

  /// In the order in which they were first defined.
  const std::vector<std::string>& keys() const { return keys_; }
  std::optional<Key> find_key(const std::string& key) const;

  /// Null where the run has no such setting.
  const nlohmann::json* value(const std::string& id, Key key) const;

  SettingDifferences differences(std::span<const RunSummary> runs) const;

 private:
  struct Setting {
    Key key = 0;
    bool defined = false;
    nlohmann::json value;
  };

  std::vector<Setting> settings_;  // by number
  std::vector<std::string> keys_;
  std::unordered_map<std::string, Key> key_numbers_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> runs_;
};

}  // namespace folio::runs
