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

std::string make_header(std::span<const TensorView> tensors, const SafetensorsMetadata& metadata) {
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
  return text;
}

/// Where a tensor's bytes lie, counted from the end of the header.
struct Placed {
  TensorView tensor;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

Placed read_tensor(const JsonPart& part, const std::string& name, std::string_view data) {
  part.expect_only({"dtype", "shape", "data_offsets"});
  Placed placed;
  placed.tensor.name = name;
  placed.tensor.dtype = part.at("dtype").text();
  const std::size_t element = safetensors_dtype_size(placed.tensor.dtype);
  if (element == 0) part.at("dtype").fail("'" + placed.tensor.dtype + "' is not supported");
  part.at("shape").for_each(
      [&](const JsonPart& dimension) { placed.tensor.shape.push_back(dimension.integer(0, INT64_MAX)); });

  std::vector<std::uint64_t> offsets;
  part.at("data_offsets").for_each([&](const JsonPart& offset) {
    offsets.push_back(static_cast<std::uint64_t>(offset.integer(0, static_cast<std::int64_t>(data.size()))));
  });
  if (offsets.size() != 2 || offsets[0] > offsets[1])
    part.at("data_offsets").fail("expected a begin and an end, with the end not before the begin");
  placed.begin = offsets[0];
  placed.end = offsets[1];
  std::uint64_t bytes = 0;
  if (!size_of(element, placed.tensor.shape, bytes)) part.at("shape").fail("its size overflows 64 bits");
  if (bytes != placed.end - placed.begin) {
    part.at("data_offsets")
        .fail("span " + std::to_string(placed.end - placed.begin) + " bytes from offset " +
              std::to_string(placed.begin) + ", but dtype and shape need " + std::to_string(bytes));
  }
  placed.tensor.data = data.data() + placed.begin;
  placed.tensor.bytes = static_cast<std::size_t>(bytes);
  return placed;
}

/// The tensors in the order of their bytes, which they must fill from the first to the last.
std::vector<TensorView> in_file_order(std::vector<Placed> placed, std::string_view data, const std::string& name) {
  std::sort(placed.begin(), placed.end(),
            [](const Placed& a, const Placed& b) { return std::pair(a.begin, a.end) < std::pair(b.begin, b.end); });
  std::vector<TensorView> tensors;
  std::uint64_t filled = 0;
  for (Placed& next : placed) {
    if (next.begin != filled) {
      throw Error(ErrorKind::run, name + ": tensor '" + next.tensor.name + "' begins at offset " +
                                      std::to_string(next.begin) + ", which leaves " +
                                      (next.begin > filled ? "a hole after" : "an overlap before") + " offset " +
                                      std::to_string(filled));
    }
    filled = next.end;
    tensors.push_back(std::move(next.tensor));
  }
  if (filled != data.size()) {
    throw Error(ErrorKind::run, name + ": " + std::to_string(data.size() - filled) +
                                    " bytes do not belong to any tensor, from offset " + std::to_string(filled));
  }
  return tensors;
}

SafetensorsMetadata read_metadata(const JsonPart& part) {
  part.expect_object();
  SafetensorsMetadata metadata;
  for (const auto& member : part.value().items()) metadata[member.key()] = part.at(member.key()).text();
  return metadata;
}

/// The header's bytes.
std::string_view header_of(std::string_view file, const std::string& name) {
  if (file.size() < kLengthBytes)
    throw Error(ErrorKind::run, name + ": has " + std::to_string(file.size()) + " bytes, too few for safetensors");
  std::uint64_t length = 0;
  std::memcpy(&length, file.data(), kLengthBytes);
  if (length > kMaxHeaderBytes || length > file.size() - kLengthBytes) {
    throw Error(ErrorKind::run, name + ": the length given for the header is " + std::to_string(length) +
                                    " bytes; the file has " + std::to_string(file.size()) + " and the limit is " +
                                    std::to_string(kMaxHeaderBytes));
  }
  const std::string_view header = file.substr(kLengthBytes, length);
  if (!header.starts_with('{')) throw Error(ErrorKind::run, name + ": the header does not begin with '{'");
  return header;
}

}  // namespace

std::size_t safetensors_dtype_size(std::string_view dtype) {
  for (const auto& [name, size] : kDtypes)
    if (name == dtype) return size;
  return 0;
}

void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors,
                       const SafetensorsMetadata& metadata) {
  const std::string header = make_header(tensors, metadata);
  const std::uint64_t length = header.size();
  std::array<char, kLengthBytes> length_bytes{};
  std::memcpy(length_bytes.data(), &length, kLengthBytes);

  AtomicFile file(path, ErrorKind::run);
  file.write({length_bytes.data(), kLengthBytes});
  file.write(header);
  for (const TensorView& tensor : tensors) file.write({static_cast<const char*>(tensor.data), tensor.bytes});
  file.commit();
}

SafetensorsContents parse_safetensors(std::string_view file, const std::string& name) {
  const std::string_view header = header_of(file, name);
  const std::string_view data = file.substr(kLengthBytes + header.size());
  const nlohmann::json json = parse_strict_json(header, name);
  SafetensorsContents contents;
  std::vector<Placed> placed;
  for (const auto& member : json.items())
    if (member.key() == kMetadataKey)
      contents.metadata = read_metadata({member.value(), name + ": " + kMetadataKey});
    else
      placed.push_back(read_tensor({member.value(), name + ": tensor '" + member.key() + "'"}, member.key(), data));
  contents.tensors = in_file_order(std::move(placed), data, name);
  return contents;
}

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path)
    : file_(path), contents_(parse_safetensors(file_.bytes(), path.string())) {}

const TensorView* SafetensorsFile::find(std::string_view name) const {
  const auto found = std::find_if(contents_.tensors.begin(), contents_.tensors.end(),
                                  [&](const TensorView& tensor) { return tensor.name == name; });
  return found == contents_.tensors.end() ? nullptr : &*found;
}

}  // namespace folio
