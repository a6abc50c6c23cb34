#include "support/cache.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <system_error>

#include "support/error.h"
#include "support/files.h"
#include "support/human.h"

namespace folio {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kDefaultLimit = std::uintmax_t{10} << 30;

/// A writer adds to its temporary file all the time; one that was left alone for so long has none, also where there
/// are no locks that tell it.
constexpr std::chrono::hours kAbandoned{1};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

bool is_temporary(const std::string& name) { return name.find(".tmp") != std::string::npos; }

/// Calls `visit` with each file of a kind: its path, its entry's key, size and time. Others may remove files meanwhile.
template <typename Visit>
void for_each_file(const fs::path& folder, std::string_view kind, Visit&& visit) {
  std::error_code error;
  for (fs::directory_iterator at(folder / kind, error), end; !error && at != end; at.increment(error)) {
    std::error_code gone;
    const std::uintmax_t bytes = at->file_size(gone);
    const fs::file_time_type time = gone ? fs::file_time_type() : at->last_write_time(gone);
    if (gone) continue;
    const std::string name = at->path().filename().string();
    visit(at->path(), name, name.substr(0, name.find('.')), bytes, time);
  }
}

void remove_abandoned(const fs::path& folder) {
  const auto now = fs::file_time_type::clock::now();
  for (const std::string_view kind : kCacheKinds) {
    remove_abandoned_files(folder / kind);
    for_each_file(folder, kind, [&](const fs::path& path, const std::string& name, auto&&, auto&&, auto time) {
      std::error_code ignored;
      if (is_temporary(name) && now - time > kAbandoned) fs::remove(path, ignored);
    });
  }
}

}  // namespace

fs::path cache_folder() {
  if (const std::string given = variable("FOLIO_CACHE"); !given.empty())
    return given == "off" ? fs::path() : fs::path(given);
  if (const std::string cache = variable("XDG_CACHE_HOME"); !cache.empty()) return fs::path(cache) / "folio";
  if (const std::string home = variable("HOME"); !home.empty()) return fs::path(home) / ".cache/folio";
  return {};
}

std::uintmax_t cache_limit() {
  const std::string given = variable("FOLIO_CACHE_LIMIT");
  if (given.empty()) return kDefaultLimit;
  const auto bytes = parse_bytes(given);
  if (bytes && !has_byte_unit(given)) {
    throw Error(ErrorKind::usage, "FOLIO_CACHE_LIMIT is '" + given + "', which has no unit; expected a size such as " +
                                      given + "GiB or " + given + "MB (" + given + "B for bytes)");
  }
  if (bytes) return *bytes;
  throw Error(ErrorKind::usage, "FOLIO_CACHE_LIMIT is '" + given + "', expected a size such as 10GiB or 500MB");
}

std::vector<CacheEntry> cache_entries(const fs::path& folder) {
  std::map<std::pair<std::string, std::string>, CacheEntry> entries;
  if (folder.empty()) return {};
  for (const std::string_view kind : kCacheKinds) {
    for_each_file(folder, kind, [&](auto&&, const std::string& name, const std::string& key, auto bytes, auto time) {
      if (is_temporary(name)) return;
      CacheEntry& entry = entries.try_emplace({std::string(kind), key}).first->second;
      entry.kind = kind;
      entry.key = key;
      entry.bytes += bytes;
      entry.last_used = std::max(entry.last_used, time);
    });
  }
  std::vector<CacheEntry> list;
  for (auto& [name, entry] : entries) list.push_back(std::move(entry));
  std::stable_sort(list.begin(), list.end(),
                   [](const CacheEntry& a, const CacheEntry& b) { return a.last_used < b.last_used; });
  return list;
}

void mark_used(const fs::path& folder, std::string_view kind, std::string_view wanted) {
  for_each_file(folder, kind, [&](const fs::path& path, auto&&, const std::string& key, auto&&, auto&&) {
    std::error_code ignored;  // a cache that may only be read
    if (key == wanted) fs::last_write_time(path, fs::file_time_type::clock::now(), ignored);
  });
}

void remove_entry(const fs::path& folder, std::string_view kind, std::string_view wanted) {
  for_each_file(folder, kind,
                [&](const fs::path& path, const std::string& name, const std::string& key, auto&&, auto&&) {
                  std::error_code ignored;
                  if (key == wanted && !is_temporary(name)) fs::remove(path, ignored);
                });
}

std::vector<CacheEntry> trim_cache(const fs::path& folder, std::uintmax_t limit) {
  if (folder.empty()) return {};
  remove_abandoned(folder);
  std::vector<CacheEntry> entries = cache_entries(folder);
  std::uintmax_t total = 0;
  for (const CacheEntry& entry : entries) total += entry.bytes;
  std::size_t removed = 0;
  for (; removed < entries.size() && total > limit; ++removed) {
    remove_entry(folder, entries[removed].kind, entries[removed].key);
    total -= entries[removed].bytes;
  }
  entries.resize(removed);
  return entries;
}

}  // namespace folio
