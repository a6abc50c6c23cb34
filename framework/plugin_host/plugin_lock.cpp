#include "plugin_host/plugin_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <cerrno>
#include <nlohmann/json.hpp>
#include <system_error>

#include "plugin_host/place_trust.h"
#include "support/error.h"
#include "support/files.h"
#include "support/utf8.h"

namespace folio::plugin_host {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uintmax_t kMostLockBytes = 1 << 20;
constexpr int kLockFormat = 1;

/// Also of a file that is gone, so that it can be forgotten.
std::string lock_key(const fs::path& library) {
  std::error_code error;
  const fs::path path = fs::weakly_canonical(library, error);
  return (error ? fs::absolute(library).lexically_normal() : path).string();
}

}  // namespace

PluginLock::PluginLock(fs::path file) : file_(std::move(file)) {
  std::error_code error;
  if (file_.empty() || !fs::exists(file_, error)) return;
  const auto fail = [&](const std::string& reason) {
    throw Error(ErrorKind::plugin, fmt::format("{}: the list of trusted plugins {}", file_.string(), reason));
  };
  if (!fs::is_regular_file(file_, error)) fail("is not a regular file; remove it");
  if (const auto problem = problem_with_file(fs::canonical(file_))) fail("is not safe: " + *problem);
  const json list = json::parse(read_file(file_, ErrorKind::plugin, kMostLockBytes), nullptr, false);
  const bool whole = list.is_object() && list.value("format", json()) == kLockFormat && list.contains("plugins") &&
                     list["plugins"].is_object();
  if (!whole) fail("is damaged; remove it and trust the plugins again (runner plugins trust PATH)");
  for (const auto& [library, hash] : list["plugins"].items()) {
    if (!hash.is_string()) fail("is damaged; remove it and trust the plugins again (runner plugins trust PATH)");
    hashes_[library] = hash.get<std::string>();
  }
}

std::optional<std::string> PluginLock::hash_of(const fs::path& library) const {
  const auto found = hashes_.find(lock_key(library));
  return found == hashes_.end() ? std::nullopt : std::optional(found->second);
}

void PluginLock::trust(const fs::path& library, const std::string& hash) {
  const std::string key = lock_key(library);
  if (first_invalid_utf8(key)) {
    throw Error(ErrorKind::usage, fmt::format("{}: cannot be put on the list of trusted plugins: its path{} is not "
                                              "UTF-8, and the list could not name it; rename the file or the folder",
                                              library.string(), key == library.string() ? "" : ", " + key + ","));
  }
  hashes_[key] = hash;
}

bool PluginLock::forget(const fs::path& library) { return hashes_.erase(lock_key(library)) > 0; }

void PluginLock::change(const fs::path& file, const std::function<void(PluginLock&)>& change) {
  if (file.empty()) {
    throw Error(ErrorKind::plugin,
                "there is no place for the list of trusted plugins: neither HOME nor XDG_DATA_HOME is set");
  }
  make_directories(file.parent_path(), ErrorKind::plugin);
  // The folder, since the file is replaced. Where its file system has no locks this goes on without.
  const FileDescriptor folder(::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) throw_errno(ErrorKind::plugin, file.parent_path(), "cannot be opened");
  while (::flock(folder.get(), LOCK_EX) != 0 && errno == EINTR) continue;
  PluginLock lock(file);
  change(lock);
  lock.save();
}

void PluginLock::save() const {
  write_file_atomically(
      file_,
      json{{"format", kLockFormat}, {"plugins", hashes_}}.dump(1, ' ', false, json::error_handler_t::replace) + "\n",
      ErrorKind::plugin);
  fs::permissions(file_, fs::perms::owner_read | fs::perms::owner_write);
}

}  // namespace folio::plugin_host
