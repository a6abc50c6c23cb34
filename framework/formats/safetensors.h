#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "support/files.h"
#include "support/mapped_file.h"

/// Weights as Hugging Face's safetensors keeps them: a length (8 bytes, little-endian), a header in JSON, the bytes of
/// the tensors one after the other. Reading one never runs code and never trusts a number in it.
namespace folio {

/// A tensor's bytes, in C order and little-endian, which someone else owns.
struct TensorView {
  std::string name;
  std::string dtype;  ///< "F32", "BF16", "I64" ... as the format spells it
  std::vector<std::int64_t> shape;
  const void* data = nullptr;
  std::size_t bytes = 0;
};

using SafetensorsMetadata = std::map<std::string, std::string>;

/// "[3, 4]", for messages.
std::string shape_text(std::span<const std::int64_t> shape);

/// Bytes of one element of the type; 0 for a name that is not supported.
std::size_t safetensors_dtype_size(std::string_view dtype);

/// What transformers asks for.
inline const SafetensorsMetadata kUsualMetadata{{"format", "pt"}};

/// The beginning of a file of these tensors, behind which their bytes follow one after the other: length and header.
/// That names are unique and sizes agree with the shapes is the caller's to ensure (std::logic_error); TensorView::data
/// is not used.
std::string safetensors_header(std::span<const TensorView> tensors,
                               const SafetensorsMetadata& metadata = kUsualMetadata);

/// Writes the tensors, in the order given, so that the file is there whole or not at all. Throws Error (run) when it
/// cannot be written, and as safetensors_header() does.
void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors,
                       const SafetensorsMetadata& metadata = kUsualMetadata);

/// A tensor as the header tells of it.
struct SafetensorsEntry {
  std::string name;
  std::string dtype;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0;  ///< of its bytes, counted from the end of the header
  std::uint64_t bytes = 0;
};

struct SafetensorsHeader {
  std::vector<SafetensorsEntry> entries;  ///< in the order of their bytes, which follow each other without a gap
  SafetensorsMetadata metadata;
  std::uint64_t data_begin = 0;  ///< where the header ends, in the file
};

/// Reads and checks the header of an open file of `size` bytes, and no more of it. Throws Error (run) as
/// parse_safetensors() does.
SafetensorsHeader read_safetensors_header(const FileDescriptor& file, std::uint64_t size,
                                          const std::filesystem::path& path);

/// What a file holds; the views point into the bytes that it was read from.
struct SafetensorsContents {
  std::vector<TensorView> tensors;  ///< in the order in which they lie in the file
  SafetensorsMetadata metadata;
};

/// Reads a file that lies in memory. `name` is what messages call it. Throws Error (run) naming tensor, rule and
/// offset: the header must be JSON of at most 100 MB, and the tensors must fill the rest without gap or overlap, each
/// as large as its type and shape say.
SafetensorsContents parse_safetensors(std::string_view file, const std::string& name);

/// A file mapped into memory and checked. The views live as long as this object.
class SafetensorsFile {
 public:
  /// Throws Error (run) as parse_safetensors, or when the file cannot be read.
  explicit SafetensorsFile(const std::filesystem::path& path);

  const std::vector<TensorView>& tensors() const { return contents_.tensors; }
  const SafetensorsMetadata& metadata() const { return contents_.metadata; }

  /// Gives back the memory that the file takes before this place in a tensor's bytes, which stay readable.
  void forget_before(const char* place) const { file_.forget(static_cast<std::size_t>(place - file_.bytes().data())); }

  /// nullptr where there is none of that name.
  const TensorView* find(std::string_view name) const;

 private:
  MappedFile file_;
  SafetensorsContents contents_;
};

}  // namespace folio
