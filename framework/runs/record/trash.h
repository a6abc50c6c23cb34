#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "runs/record/run.h"

/// <results>/trash/<id>: the folders of runs that were removed, until they are restored or purged. The store knows
/// nothing of them.
namespace folio::runs {

/// The runs in the trash, newest first. A folder there that is no run's has an id, and no more.
std::vector<RunSummary> list_trash(const std::filesystem::path& results);

/// Moves the run's folder there; at once, or not at all. Throws Error (usage) for a run that comes with Folio or,
/// unless `force`, is running, Error (store) when the folder cannot be moved.
void move_to_trash(const std::filesystem::path& results, const RunSummary& run, bool force = false);

/// Moves it back. Throws Error (store) when there is a run of that id again, or the folder cannot be moved.
void restore_from_trash(const std::filesystem::path& results, const std::string& id);

/// Deletes it for good. Throws Error (store).
void purge_from_trash(const std::filesystem::path& results, const std::string& id);

/// What its files take.
std::uintmax_t trashed_bytes(const std::filesystem::path& results, const std::string& id);

}  // namespace folio::runs
