#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "results/run.h"

namespace folio::results {

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

  /// The keys of which two of these runs have different values, by name. A run without the key says nothing.
  std::vector<std::string> differing(std::span<const RunSummary> runs) const;

  /// The keys that not all of these runs have with one value, by name.
  std::vector<std::string> not_shared(std::span<const RunSummary> runs) const;

 private:
  struct Setting {
    Key key = 0;
    bool defined = false;
    nlohmann::json value;
  };

  /// Of one key, among some runs.
  struct Count {
    std::optional<std::uint32_t> first{};  ///< the number of the pair that the first run with the key has
    std::size_t with_first = 0;            ///< runs that have that pair
    std::size_t with_key = 0;
  };

  std::vector<Count> count(std::span<const RunSummary> runs) const;  // by key

  std::vector<Setting> settings_;  // by number
  std::vector<std::string> keys_;
  std::unordered_map<std::string, Key> key_numbers_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> runs_;
};

}  // namespace folio::results
