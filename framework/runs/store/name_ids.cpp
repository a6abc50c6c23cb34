#include "runs/store/name_ids.h"

#include "runs/record/run.h"
#include "support/sha256.h"

// What is not there is added without asking twice: the transaction holds the writer's lock.

namespace folio::runs {

using soci::into;
using soci::use;

long long MetricIds::id(const std::string& name) {
  const auto [known, is_new] = ids_.emplace(name, 0);
  if (!is_new) return known->second;
  session_ << "SELECT id FROM metrics WHERE name = :name", into(known->second), use(name);
  if (!session_.got_data())
    session_ << "INSERT INTO metrics (name) VALUES (:name) RETURNING id", into(known->second), use(name);
  return known->second;
}

std::string SettingIds::column(const nlohmann::json& settings) {
  std::string column;
  for (const auto& [key, value] : flat_settings(settings)) {
    if (!column.empty()) column += ' ';
    column += std::to_string(id(key, value.dump()));
  }
  return column;
}

long long SettingIds::id(const std::string& key, const std::string& value) {
  const std::string pair = key + '\n' + value;
  const auto [known, is_new] = ids_.emplace(pair, 0);
  if (!is_new) return known->second;
  const std::string hash = sha256_hex(pair).substr(0, 32);  // half the digest will do
  session_ << "SELECT id FROM settings WHERE pair_hash = :hash", into(known->second), use(hash);
  if (!session_.got_data()) {
    session_ << "INSERT INTO settings (key, value, pair_hash) VALUES (:key, :value, :hash) RETURNING id",
        into(known->second), use(key), use(value), use(hash);
  }
  return known->second;
}

}  // namespace folio::runs
