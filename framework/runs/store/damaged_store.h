#pragma once

#include <filesystem>

/// A store's file may be damaged by a disk or a copy. Nothing in it is read then, since the run folders hold all of it.
namespace folio::runs {

/// Whether the file is a store that SQLite's own check finds sound; also where there is no file.
bool store_is_sound(const std::filesystem::path& store_file);

/// Renames the file, with its journal, so that the next command makes a new store; returns the new path. Throws Error
/// (store) where it cannot be moved.
std::filesystem::path set_store_aside(const std::filesystem::path& store_file);

}  // namespace folio::runs
