#include "results/store/setting_ids.h"

#include "results/run.h"
#include "support/sha256.h"

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
  // PostgreSQL's index takes no text of more than 2,700 bytes, which a list of files soon has. Half the digest will do.
  const std::string hash = sha256_hex(value).substr(0, 32);
  session_ << "INSERT INTO settings (key, value, value_hash) VALUES (:key, :value, :hash) ON CONFLICT DO NOTHING",
      use(key), use(value), use(hash);
  session_ << "SELECT id FROM settings WHERE key = :key AND value_hash = :hash", into(known->second), use(key),
      use(hash);
  return known->second;
}

}  // namespace folio::results
