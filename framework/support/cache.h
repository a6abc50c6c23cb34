#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// What Folio could make again and keeps for later runs: trained tokenizers, texts cut into tokens, which precision is
/// faster. An entry is all
/// files of a kind's folder whose names begin with its key and a dot (tokens/KEY.json, tokens/KEY.training). Files are
/// put in place whole, and one that is removed stays readable for whoever has it mapped; so any number of processes use
/// the cache at once without a lock.
namespace folio {

constexpr std::array<std::string_view, 3> kCacheKinds{"tokenizers", "tokens", "precision"};

/// FOLIO_CACHE, else XDG_CACHE_HOME/folio, else ~/.cache/folio. Empty where nothing is to be kept: FOLIO_CACHE is
/// "off", or there is no home.
std::filesystem::path cache_folder();

/// FOLIO_CACHE_LIMIT, else 10 GiB. Throws Error (usage) where it is no size.
std::uintmax_t cache_limit();

struct CacheEntry {
  std::string kind;
  std::string key;
  std::uintmax_t bytes = 0;
  std::filesystem::file_time_type last_used = std::filesystem::file_time_type::min();
};

/// All entries, the one that was not used for the longest time first. What cannot be read is left out.
std::vector<CacheEntry> cache_entries(const std::filesystem::path& folder);

/// Makes an entry the one used last.
void mark_used(const std::filesystem::path& folder, std::string_view kind, std::string_view key);

/// Removes an entry's files. One that is already gone, or may not be removed, is passed over.
void remove_entry(const std::filesystem::path& folder, std::string_view kind, std::string_view key);

/// Removes what was not used for the longest time until all entries together have at most `limit` bytes, and what
/// writers that were killed left behind. Gives the entries removed.
std::vector<CacheEntry> trim_cache(const std::filesystem::path& folder, std::uintmax_t limit);

}  // namespace folio
