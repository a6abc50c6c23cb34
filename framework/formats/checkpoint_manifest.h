#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// A checkpoint is a folder `checkpoint-<step>`. Its manifest.json names every file in it with its size and hash, and
/// is written last; so a folder that was cut short anywhere, or changed later, is told from a whole one.
/// docs/checkpoints.md describes what the files hold.
namespace folio {

struct CheckpointManifest {
  struct File {
    std::uint64_t size = 0;  ///< bytes
    std::string sha256;      ///< 64 lower-case hexadecimal digits

    bool operator==(const File&) const = default;
  };
  std::int64_t step = 0;              ///< optimizer steps that were done
  std::map<std::string, File> files;  ///< by name, all in the folder itself
};

std::string to_json(const CheckpointManifest& manifest);

/// `name` is what messages call the text. Throws Error (run) naming the JSON path.
CheckpointManifest parse_checkpoint_manifest(std::string_view text, const std::string& name);

/// Writes the manifest into the folder whose files it describes. Throws Error (run).
void write_checkpoint_manifest(const std::filesystem::path& folder, const CheckpointManifest& manifest);

/// Reads the folder's manifest and holds every file that it names against it. Throws Error (run) naming the file that
/// is missing, of another size or of another hash, with both.
CheckpointManifest verify_checkpoint(const std::filesystem::path& folder);

/// A folder that is called as a checkpoint is, and lies where those are.
struct CheckpointFolder {
  std::filesystem::path path;
  std::int64_t step = 0;
};

/// "checkpoint-100" in the folder of a run's checkpoints.
std::filesystem::path checkpoint_path(const std::filesystem::path& checkpoints, std::int64_t step);

/// Those in `checkpoints`, the one of the highest step first; none where there is no such folder. Whether they are
/// whole is verify_checkpoint()'s to say.
std::vector<CheckpointFolder> checkpoints_in(const std::filesystem::path& checkpoints);

}  // namespace folio
