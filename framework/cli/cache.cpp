#include "support/cache.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <iostream>
#include <memory>

#include "cli/command_line/byte_size.h"
#include "cli/commands.h"
#include "cli/view/print_json.h"
#include "support/error.h"
#include "support/human.h"
#include "terminal/page.h"
#include "terminal/table.h"
#include "terminal/terminal.h"

namespace folio::cli {
namespace {

namespace fs = std::filesystem;

struct CacheOptions {
  bool clear = false;
  std::string limit;
  bool json = false;
};

std::time_t seconds_of(fs::file_time_type time) {
  return std::chrono::system_clock::to_time_t(
      std::chrono::time_point_cast<std::chrono::system_clock::duration>(std::chrono::file_clock::to_sys(time)));
}

std::uintmax_t total_bytes(const std::vector<CacheEntry>& entries) {
  std::uintmax_t total = 0;
  for (const CacheEntry& entry : entries) total += entry.bytes;
  return total;
}

nlohmann::json to_json(const std::vector<CacheEntry>& entries) {
  nlohmann::json list = nlohmann::json::array();
  for (const CacheEntry& entry : entries) {
    list.push_back({{"kind", entry.kind},
                    {"key", entry.key},
                    {"bytes", entry.bytes},
                    {"last_used", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(seconds_of(entry.last_used)))}});
  }
  return list;
}

void print_removed(const std::vector<CacheEntry>& removed) {
  if (removed.empty()) {
    std::cout << "Nothing was removed.\n";
    return;
  }
  std::cout << fmt::format("Removed {} {}, {}.\n", removed.size(), removed.size() == 1 ? "entry" : "entries",
                           human_bytes(static_cast<double>(total_bytes(removed))));
}

void print_entries(const fs::path& folder, const std::vector<CacheEntry>& entries) {
  const Paint paint(use_colour(STDOUT_FILENO));
  if (!entries.empty()) {
    using enum Table::Align;
    Table table({{"kind"}, {"entry"}, {"size", right}, {"last used"}});
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
      table.add_row({entry->kind, paint.cyan(entry->key.substr(0, 12)), human_bytes(static_cast<double>(entry->bytes)),
                     fmt::format("{:%Y-%m-%d %H:%M}", fmt::localtime(seconds_of(entry->last_used)))});
    }
    std::cout << table.fitted(table_width(STDOUT_FILENO)) << '\n';
  }
  std::cout << fitted_lines(fmt::format("{}: {} of at most {} (FOLIO_CACHE_LIMIT)\n", folder.string(),
                                        human_bytes(static_cast<double>(total_bytes(entries))),
                                        human_bytes(static_cast<double>(cache_limit()))),
                            table_width(STDOUT_FILENO));
}

void cache(const CacheOptions& options) {
  const fs::path folder = cache_folder();
  const bool removes = options.clear || !options.limit.empty();
  std::vector<CacheEntry> removed;
  if (removes) removed = trim_cache(folder, options.clear ? 0 : byte_size("--limit", options.limit));
  if (options.json) {
    const std::vector<CacheEntry> entries = cache_entries(folder);
    print_json({{"folder", folder.string()},
                {"limit", cache_limit()},
                {"bytes", total_bytes(entries)},
                {"entries", to_json(entries)},
                {"removed", to_json(removed)}});
    return;
  }
  if (folder.empty())
    std::cout << "There is no cache: FOLIO_CACHE is 'off', or there is no home folder.\n";
  else if (removes)
    print_removed(removed);
  else
    print_entries(folder, cache_entries(folder));
}

}  // namespace

void add_cache(const Command& program, const GlobalOptions&, int&) {
  auto options = std::make_shared<CacheOptions>();
  const Command command = program.subcommand(
      "cache", "List what is cached for later runs: trained tokenizers, encoded texts, measured rates");
  const CommandOption clear =
      command.flag("--clear", options->clear, "remove everything; active runs keep what they are using");
  command.option("--limit", options->limit, "remove the least recently used entries, down to this size")
      .excludes(clear);
  command.flag("--json", options->json, "print JSON");
  command.footer(
      "Examples:\n"
      "  runner cache\n"
      "  runner cache --limit 5GiB\n"
      "  runner cache --clear\n"
      "Runs keep the cache below FOLIO_CACHE_LIMIT (10GiB); FOLIO_CACHE names another folder, or is 'off'.");
  command.action([options] { cache(*options); });
}

}  // namespace folio::cli
