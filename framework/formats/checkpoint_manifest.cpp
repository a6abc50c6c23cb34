#include "formats/checkpoint_manifest.h"

#include <algorithm>
#include <charconv>
#include <future>
#include <optional>
#include <system_error>

#include "formats/strict_json.h"
#include "support/error.h"
#include "support/files.h"
#include "support/sha256.h"

namespace folio {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "checkpoint-";
constexpr const char* kManifest = "manifest.json";
constexpr std::uintmax_t kLargestManifest = 1 << 20;
constexpr std::size_t kMostFiles = 64;  // each is checked in a thread of its own
constexpr std::int64_t kFormat = 1;     // raised when an older Folio could not read the checkpoint any more

bool is_digest(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// The step that the name tells; none where it is that of no checkpoint. There is one name for each step.
std::optional<std::int64_t> step_of(const std::string& name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  const std::string digits = name.substr(kPrefix.size());
  std::int64_t step = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), step);
  const bool whole = error == std::errc() && end == digits.data() + digits.size();
  return whole && step >= 0 && std::to_string(step) == digits ? std::optional(step) : std::nullopt;
}

void require_equal(const fs::path& file, const CheckpointManifest::File& wanted) {
  std::error_code error;
  const auto status = fs::symlink_status(file, error);
  if (status.type() == fs::file_type::not_found) throw Error(ErrorKind::run, file.string() + ": is missing");
  // The size first: what was cut short need not be read.
  const std::uintmax_t size = fs::is_regular_file(status) ? fs::file_size(file, error) : 0;
  if (error || !fs::is_regular_file(status))
    throw Error(ErrorKind::run, file.string() + ": is no regular file that can be read");
  if (size != wanted.size)
    throw Error(ErrorKind::run, file.string() + ": has " + std::to_string(size) + " bytes, the manifest says " +
                                    std::to_string(wanted.size));
  if (const std::string hash = sha256_file(file); hash != wanted.sha256)
    throw Error(ErrorKind::run, file.string() + ": has the SHA-256 " + hash + ", the manifest says " + wanted.sha256);
}

}  // namespace

std::string to_json(const CheckpointManifest& manifest) {
  nlohmann::ordered_json files = nlohmann::ordered_json::object();
  for (const auto& [name, file] : manifest.files) files[name] = {{"size", file.size}, {"sha256", file.sha256}};
  return nlohmann::ordered_json{{"format", kFormat}, {"step", manifest.step}, {"files", files}}.dump(2) + "\n";
}

CheckpointManifest parse_checkpoint_manifest(std::string_view text, const std::string& name) {
  const nlohmann::json json = parse_strict_json(text, name);
  const JsonPart all(json, name + ": ");
  if (all.at("format").integer(1, INT64_MAX) > kFormat)
    all.at("format").fail("was written by a newer Folio; this one reads up to " + std::to_string(kFormat));
  CheckpointManifest manifest;
  manifest.step = all.at("step").integer(0, INT64_MAX);
  const JsonPart files = all.at("files");
  files.expect_object();
  if (files.value().size() > kMostFiles)
    files.fail("has " + std::to_string(files.value().size()) + " files, more than the limit of " +
               std::to_string(kMostFiles));
  for (const auto& member : files.value().items()) {
    const JsonPart file = files.at(member.key());
    if (member.key().empty() || member.key().find('/') != std::string::npos || member.key().starts_with('.'))
      file.fail("is no name of a file in the checkpoint's folder");
    const std::string& hash = file.at("sha256").text();
    if (!is_digest(hash)) file.at("sha256").fail_expecting("64 hexadecimal digits");
    manifest.files[member.key()] = {static_cast<std::uint64_t>(file.at("size").integer(0, INT64_MAX)), hash};
  }
  return manifest;
}

void write_checkpoint_manifest(const fs::path& folder, const CheckpointManifest& manifest) {
  write_file_atomically(folder / kManifest, to_json(manifest));
}

CheckpointManifest verify_checkpoint(const fs::path& folder) {
  const fs::path file = folder / kManifest;
  std::error_code ignored;
  if (!fs::exists(fs::symlink_status(file, ignored)))
    throw Error(ErrorKind::run, file.string() + ": is missing, so the checkpoint is not whole");
  CheckpointManifest manifest =
      parse_checkpoint_manifest(read_file(file, ErrorKind::run, kLargestManifest), file.string());
  const auto step = step_of(folder.filename().string());
  if (step && *step != manifest.step)
    throw Error(ErrorKind::run, file.string() + ": step: is " + std::to_string(manifest.step) +
                                    ", but the folder is called " + folder.filename().string());
  // Hashing takes as long as reading from the disk; the files are few, and the larger ones share the processors.
  std::vector<std::future<void>> checks;
  for (const auto& [name, wanted] : manifest.files)
    checks.push_back(std::async(std::launch::async, require_equal, folder / name, wanted));
  for (std::future<void>& check : checks) check.wait();
  for (std::future<void>& check : checks) check.get();
  return manifest;
}

fs::path checkpoint_path(const fs::path& checkpoints, std::int64_t step) {
  return checkpoints / (std::string(kPrefix) + std::to_string(step));
}

std::vector<CheckpointFolder> checkpoints_in(const fs::path& checkpoints) {
  std::vector<CheckpointFolder> found;
  std::error_code ignored;
  for (fs::directory_iterator entry(checkpoints, ignored), end; !ignored && entry != end; entry.increment(ignored))
    if (const auto step = step_of(entry->path().filename().string())) found.push_back({entry->path(), *step});
  std::sort(found.begin(), found.end(),
            [](const CheckpointFolder& a, const CheckpointFolder& b) { return a.step > b.step; });
  return found;
}

}  // namespace folio
