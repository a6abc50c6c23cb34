#include "formats/safetensors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "formats/strict_json.h"
#include "support/error.h"

namespace folio {
namespace {

using nlohmann::ordered_json;

static_assert(std::endian::native == std::endian::little, "tensors are written as they lie in memory");

constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kMaxHeaderBytes = 100'000'000;
constexpr std::size_t kAlignment = 8;
constexpr const char* kMetadataKey = "__metadata__";

constexpr std::array<std::pair<std::string_view, std::size_t>, 14> kDtypes{{{"BOOL", 1},
                                                                            {"U8", 1},
                                                                            {"I8", 1},
                                                                            {"F8_E4M3", 1},
                                                                            {"F8_E5M2", 1},
                                                                            {"U16", 2},
                                                                            {"I16", 2},
                                                                            {"F16", 2},
                                                                            {"BF16", 2},
                                                                            {"U32", 4},
                                                                            {"I32", 4},
                                                                            {"F32", 4},
                                                                            {"I64", 8},
                                                                            {"F64", 8}}};

/// Bytes of a tensor; false when they do not fit into a number.
bool size_of(std::size_t element, const std::vector<std::int64_t>& shape, std::uint64_t& bytes) {
  bytes = element;
  for (const std::int64_t dimension : shape)
    if (__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(dimension), &bytes)) return false;
  return true;
}

/// `size`: of all tensors together.
SafetensorsEntry read_entry(const JsonPart& part, const std::string& name, std::uint64_t size) {
  part.expect_only({"dtype", "shape", "data_offsets"});
  SafetensorsEntry entry;
  entry.name = name;
  entry.dtype = part.at("dtype").text();
  const std::size_t element = safetensors_dtype_size(entry.dtype);
  if (element == 0) part.at("dtype").fail("'" + entry.dtype + "' is not supported");
  part.at("shape").for_each([&](const JsonPart& dimension) { entry.shape.push_back(dimension.integer(0, INT64_MAX)); });

  std::vector<std::uint64_t> offsets;
  part.at("data_offsets").for_each([&](const JsonPart& offset) {
    offsets.push_back(static_cast<std::uint64_t>(offset.integer(0, static_cast<std::int64_t>(size))));
  });
  if (offsets.size() != 2 || offsets[0] > offsets[1])
    part.at("data_offsets").fail("expected a begin and an end, with the end not before the begin");
  entry.begin = offsets[0];
  if (!size_of(element, entry.shape, entry.bytes)) part.at("shape").fail("its size overflows 64 bits");
  if (entry.bytes != offsets[1] - offsets[0]) {
    part.at("data_offsets")
        .fail("span " + std::to_string(offsets[1] - offsets[0]) + " bytes from offset " + std::to_string(entry.begin) +
              ", but dtype and shape need " + std::to_string(entry.bytes));
  }
  return entry;
}

/// Puts the tensors into the order of their bytes, which must fill `size` bytes from the first to the last.
void put_into_file_order(std::vector<SafetensorsEntry>& entries, std::uint64_t size, const std::string& name) {
  std::sort(entries.begin(), entries.end(), [](const SafetensorsEntry& a, const SafetensorsEntry& b) {
    return std::pair(a.begin, a.bytes) < std::pair(b.begin, b.bytes);
  });
  std::uint64_t filled = 0;
  for (const SafetensorsEntry& next : entries) {
    if (next.begin != filled) {
      throw Error(ErrorKind::run, name + ": tensor '" + next.name + "' begins at offset " + std::to_string(next.begin) +
                                      ", which leaves " + (next.begin > filled ? "a hole after" : "an overlap before") +
                                      " offset " + std::to_string(filled));
    }
    filled += next.bytes;
  }
  if (filled != size) {
    throw Error(ErrorKind::run, name + ": " + std::to_string(size - filled) +
                                    " bytes do not belong to any tensor, from offset " + std::to_string(filled));
  }
}

SafetensorsMetadata read_metadata(const JsonPart& part) {
  part.expect_object();
  SafetensorsMetadata metadata;
  for (const auto& member : part.value().items()) metadata[member.key()] = part.at(member.key()).text();
  return metadata;
}

/// The header's length, from the first bytes of a file of `size` bytes.
std::size_t header_length(std::string_view first, std::uint64_t size, const std::string& name) {
  if (size < kLengthBytes || first.size() < kLengthBytes)
    throw Error(ErrorKind::run, name + ": has " + std::to_string(size) + " bytes, too few for safetensors");
  std::uint64_t length = 0;
  std::memcpy(&length, first.data(), kLengthBytes);
  if (length > kMaxHeaderBytes || length > size - kLengthBytes) {
    throw Error(ErrorKind::run, name + ": the length given for the header is " + std::to_string(length) +
                                    " bytes; the file has " + std::to_string(size) + " and the limit is " +
                                    std::to_string(kMaxHeaderBytes));
  }
  return static_cast<std::size_t>(length);
}

/// `size`: of the file.
SafetensorsHeader parse_header(std::string_view text, std::uint64_t size, const std::string& name) {
  if (!text.starts_with('{')) throw Error(ErrorKind::run, name + ": the header does not begin with '{'");
  SafetensorsHeader header;
  header.data_begin = kLengthBytes + text.size();
  const std::uint64_t data_size = size - header.data_begin;
  const nlohmann::json json = parse_strict_json(text, name);
  for (const auto& member : json.items())
    if (member.key() == kMetadataKey)
      header.metadata = read_metadata({member.value(), name + ": " + kMetadataKey});
    else
      header.entries.push_back(
          read_entry({member.value(), name + ": tensor '" + member.key() + "'"}, member.key(), data_size));
  put_into_file_order(header.entries, data_size, name);
  return header;
}

}  // namespace

std::string shape_text(std::span<const std::int64_t> shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

std::size_t safetensors_dtype_size(std::string_view dtype) {
  for (const auto& [name, size] : kDtypes)
    if (name == dtype) return size;
  return 0;
}

std::string safetensors_header(std::span<const TensorView> tensors, const SafetensorsMetadata& metadata) {
  ordered_json header = ordered_json::object();
  if (!metadata.empty()) header[kMetadataKey] = metadata;
  std::size_t offset = 0;
  for (const TensorView& tensor : tensors) {
    std::uint64_t bytes = 0;
    const std::size_t element = safetensors_dtype_size(tensor.dtype);
    if (element == 0 || !size_of(element, tensor.shape, bytes) || bytes != tensor.bytes)
      throw std::logic_error("tensor '" + tensor.name + "': dtype, shape and bytes do not agree");
    if (header.contains(tensor.name)) throw std::logic_error("tensor '" + tensor.name + "' is given twice");
    header[tensor.name] = {
        {"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", {offset, offset + tensor.bytes}}};
    offset += tensor.bytes;
  }
  std::string text = header.dump();
  text.append((kAlignment - text.size() % kAlignment) % kAlignment, ' ');
  const std::uint64_t length = text.size();
  std::string bytes(kLengthBytes, '\0');
  std::memcpy(bytes.data(), &length, kLengthBytes);
  return bytes + text;
}

void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors,
                       const SafetensorsMetadata& metadata) {
  const std::string header = safetensors_header(tensors, metadata);
  AtomicFile file(path, ErrorKind::run);
  file.write(header);
  for (const TensorView& tensor : tensors) file.write({static_cast<const char*>(tensor.data), tensor.bytes});
  file.commit();
}

SafetensorsContents parse_safetensors(std::string_view file, const std::string& name) {
  const std::size_t length = header_length(file, file.size(), name);
  SafetensorsHeader header = parse_header(file.substr(kLengthBytes, length), file.size(), name);
  SafetensorsContents contents;
  contents.metadata = std::move(header.metadata);
  for (SafetensorsEntry& entry : header.entries) {
    contents.tensors.push_back({std::move(entry.name), std::move(entry.dtype), std::move(entry.shape),
                                file.data() + header.data_begin + entry.begin, static_cast<std::size_t>(entry.bytes)});
  }
  return contents;
}

SafetensorsHeader read_safetensors_header(const FileDescriptor& file, std::uint64_t size,
                                          const std::filesystem::path& path) {
  const std::size_t length = header_length(read_at(file, 0, kLengthBytes, path), size, path.string());
  std::string text(length, '\0');
  read_exactly(file, kLengthBytes, text.data(), length, path);
  return parse_header(text, size, path.string());
}

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path)
    : file_(path), contents_(parse_safetensors(file_.bytes(), path.string())) {}

const TensorView* SafetensorsFile::find(std::string_view name) const {
  const auto found = std::find_if(contents_.tensors.begin(), contents_.tensors.end(),
                                  [&](const TensorView& tensor) { return tensor.name == name; });
  return found == contents_.tensors.end() ? nullptr : &*found;
}

}  // namespace folio
