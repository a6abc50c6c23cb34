#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace folio::runs {

/// The name of the network file system that a magic number of statfs(2) stands for; none for a local one. SQLite's
/// locks cannot be trusted on these (sqlite.org/howtocorrupt.html, section 2.1).
std::optional<std::string_view> network_file_system(long magic);

/// Whether the path lies on a disk of this machine, as far as can be told: not so on a network file system or on one
/// that a program provides (FUSE: sshfs and the like).
bool is_local_folder(const std::filesystem::path& path);

/// Throws Error (store) when the folder lies on one.
void require_local_folder(const std::filesystem::path& folder);

}  // namespace folio::runs
