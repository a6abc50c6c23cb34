#include "results/store/setting_ids.h"

#include "results/run.h"

namespace folio::results {

using soci::into;
using soci::use;

std::string SettingIds::column(const nlohmann::json& settings) {
  std::string column;
  for (const auto& [key, value] : flat_settings(settings)) {
    if (!column.empty()) column += ' ';
    column += std::to_string(id(key, value.dump()));
  }
  return column;
}

long long SettingIds::id(const std::string& key, const std::string& value) {
  const auto [known, is_new] = ids_.emplace(key + '\n' + value, 0);
  if (!is_new) return known->second;
  session_ << "INSERT INTO settings (key, value) VALUES (:key, :value) ON CONFLICT (key, value) DO NOTHING", use(key),
      use(value);
  session_ << "SELECT id FROM settings WHERE key = :key AND value = :value", into(known->second), use(key), use(value);
  return known->second;
}

}  // namespace folio::results
