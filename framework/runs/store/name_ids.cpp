#include "runs/store/name_ids.h"

#include "runs/record/run.h"
#include "runs/store/server.h"
#include "support/sha256.h"

// The transaction holds the writer's lock, and a run may have thousands of names: so they are asked for, and added, all
// in one statement, to which they go as a list in JSON. What is not there is added without asking twice.

namespace folio::runs {
namespace {

using nlohmann::json;
using soci::into;
using soci::use;

/// SQL for a table with one column, `item`: the elements of the list that is bound to :list.
std::string items(soci::session& session, const char* postgresql_function) {
  return speaks_postgresql(session) ? std::string(postgresql_function) + "(CAST(:list AS json)) AS list (item)"
                                    : "(SELECT value AS item FROM json_each(:list))";
}

/// Adds what a query gives, numbers and what they are for, to `ids`.
void read_ids(soci::session& session, const std::string& query_text, const std::string& list,
              std::unordered_map<std::string, long long>& ids) {
  long long id = 0;
  std::string name;
  soci::statement query = (session.prepare << query_text, into(id), into(name), use(list));
  query.execute();
  while (query.fetch()) ids[name] = id;
}

std::string joined(const std::pair<std::string, std::string>& pair) { return pair.first + '\n' + pair.second; }

}  // namespace

std::vector<long long> MetricIds::of(const std::vector<std::string>& names) {
  json unknown = json::array();
  for (const std::string& name : names)
    if (!ids_.contains(name)) unknown.push_back(name);
  if (!unknown.empty()) find_or_add(unknown);
  std::vector<long long> ids;
  ids.reserve(names.size());
  for (const std::string& name : names) ids.push_back(ids_.at(name));
  return ids;
}

void MetricIds::find_or_add(const json& names) {
  const std::string from = items(session_, "json_array_elements_text");
  read_ids(session_, "SELECT id, name FROM metrics WHERE name IN (SELECT item FROM " + from + ")", names.dump(), ids_);
  json missing = json::array();
  for (const json& name : names)
    if (!ids_.contains(name.get_ref<const std::string&>())) missing.push_back(name);
  if (missing.empty()) return;
  read_ids(session_, "INSERT INTO metrics (name) SELECT item FROM " + from + " RETURNING id, name", missing.dump(),
           ids_);
}

std::string SettingIds::column(const json& settings) {
  std::vector<std::pair<std::string, std::string>> pairs, unknown;
  for (const auto& [key, value] : flat_settings(settings)) {
    pairs.emplace_back(key, value.dump());
    if (!ids_.contains(joined(pairs.back()))) unknown.push_back(pairs.back());
  }
  if (!unknown.empty()) find_or_add(unknown);
  std::string column;
  for (const auto& pair : pairs) column += (column.empty() ? "" : " ") + std::to_string(ids_.at(joined(pair)));
  return column;
}

void SettingIds::find_or_add(const std::vector<std::pair<std::string, std::string>>& pairs) {
  const auto hash_of = [](const auto& pair) { return sha256_hex(joined(pair)).substr(0, 32); };  // half will do
  std::unordered_map<std::string, long long> by_hash;
  json hashes = json::array(), missing = json::array();
  for (const auto& pair : pairs) hashes.push_back(hash_of(pair));
  read_ids(session_,
           "SELECT id, pair_hash FROM settings WHERE pair_hash IN (SELECT item FROM " +
               items(session_, "json_array_elements_text") + ")",
           hashes.dump(), by_hash);
  for (std::size_t i = 0; i < pairs.size(); ++i)
    if (!by_hash.contains(hashes[i].get_ref<const std::string&>()))
      missing.push_back({hashes[i], pairs[i].first, pairs[i].second});
  if (!missing.empty()) {
    read_ids(session_,
             "INSERT INTO settings (pair_hash, key, value) SELECT item->>0, item->>1, item->>2 FROM " +
                 items(session_, "json_array_elements") + " RETURNING id, pair_hash",
             missing.dump(), by_hash);
  }
  for (std::size_t i = 0; i < pairs.size(); ++i)
    ids_[joined(pairs[i])] = by_hash.at(hashes[i].get_ref<const std::string&>());
}

}  // namespace folio::runs
