#include "formats/model_weights.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <system_error>
#include <utility>

#include "formats/strict_json.h"
#include "support/error.h"
#include "support/sha256.h"
#include "support/utf8.h"

namespace folio {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMostIndexBytes = 64 << 20;
constexpr std::size_t kMostNamed = 20;
constexpr std::string_view kEnding = ".safetensors";

/// Of a file beside the index: no folder, and not the folder above.
bool is_plain_name(const std::string& name) {
  return name.size() > kEnding.size() && name.ends_with(kEnding) && name.find_first_of("/\\") == std::string::npos &&
         name.find('\0') == std::string::npos;
}

/// "'a', 'b' and 3 more".
std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kMostNamed); ++i)
    text += (i > 0 ? ", '" : "'") + without_controls(names[i]) + "'";
  if (names.size() > kMostNamed) text += fmt::format(" and {} more", names.size() - kMostNamed);
  return text;
}

/// What is to be done where the weights are in another form.
[[noreturn]] void fail_without_weights(const fs::path& folder) {
  std::error_code unreadable;
  if (!fs::is_directory(folder, unreadable)) throw Error(ErrorKind::run, folder.string() + ": there is no such folder");
  for (const char* pickle : {"pytorch_model.bin", "pytorch_model.bin.index.json"}) {
    if (!fs::exists(folder / pickle, unreadable)) continue;
    throw Error(
        ErrorKind::run,
        fmt::format("{}: has {} and no {}: a file of Python's pickle, which Folio never reads, since reading one "
                    "runs the code in it. Whoever trusts it converts it with transformers: "
                    "AutoModel....from_pretrained(FOLDER).save_pretrained(FOLDER), of the class in config.json",
                    folder.string(), pickle, kWeightsFile));
  }
  throw Error(ErrorKind::run, fmt::format("{}: has neither {} nor {}, so there are no weights to take", folder.string(),
                                          kWeightsFile, kWeightsIndexFile));
}

}  // namespace

std::map<std::string, std::string> parse_weights_index(std::string_view text, const std::string& name) {
  const nlohmann::json json = parse_strict_json(text, name);
  const JsonPart map = JsonPart(json, name + ": ").at("weight_map");
  map.expect_object();
  std::map<std::string, std::string> files;
  for (const auto& member : map.value().items()) {
    const JsonPart file = map.at(member.key());
    if (!is_plain_name(file.text())) file.fail_expecting("the name of a .safetensors file in the same folder");
    files[member.key()] = file.text();
  }
  if (files.empty()) map.fail("names no tensors");
  return files;
}

ModelWeights::ModelWeights(const fs::path& folder) {
  std::error_code unreadable;
  if (fs::exists(folder / kWeightsFile, unreadable))  // transformers takes it before an index, too
    add_file(folder / kWeightsFile);
  else if (fs::exists(folder / kWeightsIndexFile, unreadable))
    read_sharded(folder);
  else
    fail_without_weights(folder);
}

void ModelWeights::add_file(const fs::path& path) {
  File file{path, open_to_read(path), 0};
  struct stat status{};
  if (::fstat(file.descriptor.get(), &status) != 0)
    throw Error(ErrorKind::run, path.string() + ": its size cannot be read");
  const SafetensorsHeader header =
      read_safetensors_header(file.descriptor, static_cast<std::uint64_t>(status.st_size), path);
  file.data_begin = header.data_begin;
  for (const SafetensorsEntry& entry : header.entries) tensors_.push_back({entry, files_.size()});
  files_.push_back(std::move(file));
}

void ModelWeights::read_sharded(const fs::path& folder) {
  const fs::path index = folder / kWeightsIndexFile;
  const std::string name = index.string();
  const auto places = parse_weights_index(read_file(index, ErrorKind::run, kMostIndexBytes), name);
  std::set<std::string> shards;
  for (const auto& [tensor, shard] : places) shards.insert(shard);
  for (const std::string& shard : shards) {
    std::error_code unreadable;
    if (!fs::exists(folder / shard, unreadable))
      throw Error(ErrorKind::run, fmt::format("{}: names the file '{}', which is not there", name, shard));
  }
  for (const std::string& shard : shards) add_file(folder / shard);

  std::set<std::string> found;
  std::vector<std::string> misplaced, missing;
  for (const Tensor& tensor : tensors_) {
    const std::string shard = file_of(tensor).filename().string();
    if (!found.insert(tensor.entry.name).second) {
      throw Error(ErrorKind::run, fmt::format("{}: tensor '{}' is in another file too, expected it in one",
                                              file_of(tensor).string(), tensor.entry.name));
    }
    const auto place = places.find(tensor.entry.name);
    if (place == places.end() || place->second != shard) misplaced.push_back(shard + ": " + tensor.entry.name);
  }
  for (const auto& [tensor, shard] : places)
    if (!found.contains(tensor)) missing.push_back(shard + ": " + tensor);
  if (!misplaced.empty())
    throw Error(ErrorKind::run,
                fmt::format("{}: does not say that these are where they are: {}", name, listed(misplaced)));
  if (!missing.empty())
    throw Error(ErrorKind::run,
                fmt::format("{}: names tensors that are not in their files: {}", name, listed(missing)));
}

std::vector<fs::path> ModelWeights::files() const {
  std::vector<fs::path> paths;
  for (const File& file : files_) paths.push_back(file.path);
  return paths;
}

std::string ModelWeights::hash() const {
  if (files_.size() == 1) return sha256_file(files_.front().path);
  std::string lines;
  for (const File& file : files_) lines += sha256_file(file.path) + "  " + file.path.filename().string() + "\n";
  return sha256_hex(lines);
}

void ModelWeights::read(const Tensor& tensor, std::uint64_t offset, char* to, std::size_t size) const {
  const File& file = files_[tensor.file];
  read_exactly(file.descriptor, file.data_begin + tensor.entry.begin + offset, to, size, file.path);
}

}  // namespace folio
