#include "runs/record/run_settings.h"

#include <algorithm>

namespace folio::runs {

void RunSettings::define(std::size_t number, const std::string& key, nlohmann::json value) {
  const auto [known, is_new] = key_numbers_.emplace(key, static_cast<Key>(keys_.size()));
  if (is_new) keys_.push_back(key);
  if (settings_.size() <= number) settings_.resize(number + 1);
  settings_[number] = {known->second, true, std::move(value)};
}

void RunSettings::add_run(const std::string& id, std::vector<std::uint32_t> numbers) {
  std::erase_if(numbers, [&](std::uint32_t n) { return n >= settings_.size() || !settings_[n].defined; });
  runs_[id] = std::move(numbers);
}

std::optional<RunSettings::Key> RunSettings::find_key(const std::string& key) const {
  const auto found = key_numbers_.find(key);
  return found == key_numbers_.end() ? std::nullopt : std::optional(found->second);
}

const nlohmann::json* RunSettings::value(const std::string& id, Key key) const {
  const auto run = runs_.find(id);
  if (run == runs_.end()) return nullptr;
  for (const std::uint32_t number : run->second)
    if (settings_[number].key == key) return &settings_[number].value;
  return nullptr;
}

SettingDifferences RunSettings::differences(std::span<const RunSummary> runs) const {
  struct Count {
    std::optional<std::uint32_t> first{};  // the number of the pair that the first run with the key has
    std::size_t with_first = 0;            // runs that have that pair
    std::size_t with_key = 0;
  };
  std::vector<Count> counts(keys_.size());
  for (const RunSummary& run : runs) {
    const auto found = runs_.find(run.id);
    if (found == runs_.end()) continue;
    for (const std::uint32_t number : found->second) {
      Count& count = counts[settings_[number].key];
      if (!count.first) count.first = number;
      if (count.first == number) ++count.with_first;
      ++count.with_key;
    }
  }
  SettingDifferences result;
  for (Key key = 0; key < keys_.size(); ++key) {
    const Count& count = counts[key];
    if (count.with_first != count.with_key)
      result.differing.push_back(keys_[key]);
    else if (count.with_key > 0 && count.with_key != runs.size())
      result.of_some.push_back(keys_[key]);
  }
  std::sort(result.differing.begin(), result.differing.end());
  std::sort(result.of_some.begin(), result.of_some.end());
  return result;
}

}  // namespace folio::runs
