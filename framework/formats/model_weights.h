#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "formats/safetensors.h"
#include "support/files.h"

/// The weights of a model folder in Hugging Face's layout: model.safetensors, or several files with an index.
namespace folio {

constexpr const char* kWeightsFile = "model.safetensors";
constexpr const char* kWeightsIndexFile = "model.safetensors.index.json";

/// Which file each tensor is in, by the tensor's name, from the text of an index. `name` is what messages call the
/// index. Throws Error (run): the files must be .safetensors files beside it, named without a folder.
std::map<std::string, std::string> parse_weights_index(std::string_view text, const std::string& name);

/// The tensors of a folder, none of them read yet: read() brings bytes from the disk straight to where they are wanted,
/// so that a model is never held twice.
class ModelWeights {
 public:
  struct Tensor {
    SafetensorsEntry entry;
    std::size_t file = 0;  ///< in files()
  };

  /// Reads the headers. Throws Error (run) where the folder has no such weights, saying what it has instead, as
  /// parse_safetensors_header() does, and where index and files disagree.
  explicit ModelWeights(const std::filesystem::path& folder);

  /// In the order of the files and of the bytes within them; each name once.
  const std::vector<Tensor>& tensors() const { return tensors_; }
  /// The files that hold the tensors.
  std::vector<std::filesystem::path> files() const;
  /// SHA-256 of the file; of several files, of what sha256sum prints of them. Throws Error (run).
  std::string hash() const;
  const std::filesystem::path& file_of(const Tensor& tensor) const { return files_[tensor.file].path; }

  /// Fills `size` bytes at `to` with those of the tensor from `offset` on. Throws Error (run) naming the file, also
  /// where it has become shorter.
  void read(const Tensor& tensor, std::uint64_t offset, char* to, std::size_t size) const;

 private:
  struct File {
    std::filesystem::path path;
    FileDescriptor descriptor;
    std::uint64_t data_begin = 0;
  };

  void add_file(const std::filesystem::path& path);
  void read_sharded(const std::filesystem::path& folder);

  std::vector<File> files_;
  std::vector<Tensor> tensors_;
};

}  // namespace folio
