#include "plugin_host/place_trust.h"

#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "plugin_host/search_path.h"

namespace folio::plugin_host {
namespace {

namespace fs = std::filesystem;

std::string owner_text(uid_t uid) {
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) return entry.pw_name;
  return fmt::format("user {}", uid);
}

/// The user, root, and whoever owns this program and so could put another in its place.
bool is_trusted(uid_t uid) {
  static const uid_t of_program = [] {
    struct stat status{};
    return ::stat("/proc/self/exe", &status) == 0 ? status.st_uid : ::geteuid();
  }();
  return uid == 0 || uid == ::geteuid() || uid == of_program;
}

bool lies_in(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

/// What is wrong with one file or folder. `may_be_sticky`: a folder that all may write to, but where each may remove
/// only what is theirs, is well.
std::optional<std::string> problem_with_owner_or_mode(const fs::path& path, bool may_be_sticky) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0)
    return fmt::format("{} cannot be looked at: {}", path.string(), std::strerror(errno));
  const std::string facts = fmt::format("(mode {:04o}, owner {})", status.st_mode & 07777U, owner_text(status.st_uid));
  if (!is_trusted(status.st_uid)) {
    return fmt::format(
        "{} belongs to another user {}; expected you ({}) or root: copy what you trust into a folder of "
        "your own",
        path.string(), facts, owner_text(::geteuid()));
  }
  const bool others_write = (status.st_mode & (S_IWGRP | S_IWOTH)) != 0;
  if (!others_write || (may_be_sticky && S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX) != 0))
    return std::nullopt;
  return fmt::format("others may write to {} {}: chmod go-w '{}'", path.string(), facts, path.string());
}

}  // namespace

std::optional<std::string> problem_with_file(const fs::path& file) {
  return problem_with_owner_or_mode(file, /*may_be_sticky=*/false);
}

bool is_of_own_build(const fs::path& library) {
  std::error_code error;
  return lies_in(fs::weakly_canonical(library, error), program_folder().parent_path());
}

std::optional<std::string> problem_with_place(const fs::path& library, const fs::path& folder) {
  std::error_code error;
  const fs::path file = fs::canonical(library, error);
  if (error) return fmt::format("it cannot be looked at: {}", error.message());
  if (is_of_own_build(file)) return std::nullopt;
  const fs::path home = fs::canonical(folder, error);
  if (error) return fmt::format("{} cannot be looked at: {}", folder.string(), error.message());
  if (!lies_in(file, home)) {
    return fmt::format("it is a symbolic link out of its folder, to {}: put the file itself into {}", file.string(),
                       folder.string());
  }
  for (fs::path path = file;; path = path.parent_path()) {
    const bool above = path != home && lies_in(home, path);
    if (auto problem = problem_with_owner_or_mode(path, above)) return problem;
    if (path == path.root_path()) return std::nullopt;
  }
}

}  // namespace folio::plugin_host
