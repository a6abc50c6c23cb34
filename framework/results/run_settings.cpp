#include "results/run_settings.h"

#include <algorithm>

namespace folio::results {

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
  for (const std::uint32_t number : run->second) {
    if (settings_[number].key == key) return &settings_[number].value;
  }
  return nullptr;
}

std::vector<RunSettings::Count> RunSettings::count(std::span<const RunSummary> runs) const {
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
  return counts;
}

std::vector<std::string> RunSettings::differing(std::span<const RunSummary> runs) const {
  const std::vector<Count> counts = count(runs);
  std::vector<std::string> result;
  for (Key key = 0; key < keys_.size(); ++key) {
    if (counts[key].with_first != counts[key].with_key) result.push_back(keys_[key]);
  }
  std::sort(result.begin(), result.end());
  return result;
}

std::vector<std::string> RunSettings::not_shared(std::span<const RunSummary> runs) const {
  const std::vector<Count> counts = count(runs);
  std::vector<std::string> result;
  for (Key key = 0; key < keys_.size(); ++key) {
    if (counts[key].first && counts[key].with_first != runs.size()) result.push_back(keys_[key]);
  }
  std::sort(result.begin(), result.end());
  return result;
}

}  // namespace folio::results
