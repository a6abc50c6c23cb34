#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace folio::plugin_host {

/// The user's list of the libraries that they trust as they are, whoever owns them and wherever they lie: for each its
/// path and the SHA-256 of its contents (`runner plugins trust`). A library that is listed and has other contents is
/// not loaded. The list is the user's own, and no part of an experiment's folder: a stranger must not bring one along.
class PluginLock {
 public:
  /// Reads the file; one that is not there lists nothing. An empty path: there is no list, for a user without a home.
  /// Throws Error (plugin) where others may write to the file, or it is damaged.
  explicit PluginLock(std::filesystem::path file);

  const std::filesystem::path& file() const { return file_; }

  /// By the path without symbolic links.
  const std::map<std::string, std::string>& hashes() const { return hashes_; }
  std::optional<std::string> hash_of(const std::filesystem::path& library) const;

  /// Throws Error (usage) where the path is not UTF-8, which the list cannot hold.
  void trust(const std::filesystem::path& library, const std::string& hash);
  /// Whether it was listed.
  bool forget(const std::filesystem::path& library);

  /// Reads the file, lets `change` change the list and writes it, while other processes wait. Nothing is written where
  /// `change` throws. Throws Error (plugin) where the file cannot be written.
  static void change(const std::filesystem::path& file, const std::function<void(PluginLock&)>& change);

 private:
  void save() const;

  std::filesystem::path file_;
  std::map<std::string, std::string> hashes_;
};

}  // namespace folio::plugin_host
