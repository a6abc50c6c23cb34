#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

/// What can be done with a store's file that is damaged. The file itself is only read, or moved.
namespace folio::runs {

/// Whether the file is a store that SQLite's own check finds sound; also where there is no file.
bool store_is_sound(const std::filesystem::path& store_file);

/// What could be read of a damaged store.
struct Salvage {
  std::int64_t runs = 0;
  std::int64_t finals = 0;
  std::int64_t points = 0;
  std::vector<std::string> problems;  ///< where reading stopped, and why
};

/// Writes what can be read to a file of JSON lines: {"table": "runs", "run", "name", ...}, {"table": "finals", "run",
/// "metric", "value"}, {"table": "points", "run", "metric", "step", "value"}. Each table is read from its beginning up
/// to the damage, and then from its end back to it. Throws Error (store) when `to` cannot be written.
Salvage salvage_store(const std::filesystem::path& store_file, const std::filesystem::path& to);

/// Renames the file, with its journal, so that the next command makes a new store; returns the new path.
std::filesystem::path set_store_aside(const std::filesystem::path& store_file);

}  // namespace folio::runs
