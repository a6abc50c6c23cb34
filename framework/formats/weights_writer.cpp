#include "formats/weights_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>

#include "formats/model_weights.h"
#include "support/files.h"

namespace folio {
namespace {

constexpr std::size_t kFloatBytes = 4;
constexpr std::size_t kBfloatBytes = 2;
constexpr std::size_t kPieceFloats = 1 << 18;

using Shard = std::vector<TensorView>;

std::size_t bytes_as(const TensorView& tensor, WeightType type) {
  return type == WeightType::float32 ? tensor.bytes : tensor.bytes / kFloatBytes * kBfloatBytes;
}

/// The tensors as they will be written. A tensor joins the last shard where it fits into it, as in transformers.
std::vector<Shard> sharded(const SafetensorsFile& weights, const WeightLayout& layout) {
  std::vector<Shard> shards;
  std::uint64_t filled = 0;
  for (TensorView tensor : weights.tensors()) {
    tensor.bytes = bytes_as(tensor, layout.type);
    if (layout.type == WeightType::bfloat16) tensor.dtype = "BF16";
    if (shards.empty() || tensor.bytes > layout.max_shard_bytes - std::min(filled, layout.max_shard_bytes)) {
      shards.emplace_back();
      filled = 0;
    }
    filled += tensor.bytes;
    shards.back().push_back(std::move(tensor));
  }
  return shards;
}

/// Bytes of floats as the type has them.
std::string_view converted(std::string_view floats, WeightType type, std::string& room) {
  if (type == WeightType::float32) return floats;
  const std::size_t count = floats.size() / kFloatBytes;
  room.resize(count * kBfloatBytes);
  for (std::size_t i = 0; i < count; ++i) {
    float value = 0;
    std::memcpy(&value, floats.data() + i * kFloatBytes, kFloatBytes);  // a tensor may lie anywhere in its file
    const std::uint16_t rounded = to_bfloat16(value);
    std::memcpy(room.data() + i * kBfloatBytes, &rounded, kBfloatBytes);
  }
  return room;
}

void write_index(const std::filesystem::path& path, const WrittenWeights& written,
                 const std::map<std::string, std::string>& files, ErrorKind kind) {
  const nlohmann::json index{{"metadata", {{"total_parameters", written.parameters}, {"total_size", written.bytes}}},
                             {"weight_map", files}};
  write_file_atomically(path, index.dump(2) + "\n", kind);
}

}  // namespace

const char* to_string(WeightType type) { return type == WeightType::float32 ? "float32" : "bfloat16"; }

std::uint16_t to_bfloat16(float value) {
  constexpr std::uint32_t kInfinity = 0x7f800000, kMagnitude = 0x7fffffff, kQuiet = 0x0040, kHalf = 0x7fff;
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & kMagnitude) > kInfinity) return static_cast<std::uint16_t>(bits >> 16 | kQuiet);
  return static_cast<std::uint16_t>((bits + kHalf + (bits >> 16 & 1)) >> 16);
}

std::uint64_t bytes_of_weights(const SafetensorsFile& weights, WeightType type) {
  std::uint64_t bytes = 0;
  for (const TensorView& tensor : weights.tensors()) bytes += bytes_as(tensor, type);
  return bytes;
}

WrittenWeights write_weights(const SafetensorsFile& weights, const std::string& weights_name,
                             const std::filesystem::path& folder, const WeightLayout& layout, ErrorKind kind,
                             const std::function<void(double done, double total)>& progress) {
  WrittenWeights written;
  for (const TensorView& tensor : weights.tensors()) {
    if (tensor.dtype != "F32")
      throw Error(kind,
                  fmt::format("{}: tensor '{}' is of type {}, expected F32", weights_name, tensor.name, tensor.dtype));
    written.parameters += static_cast<std::int64_t>(tensor.bytes / kFloatBytes);
  }
  const auto total = static_cast<double>(bytes_of_weights(weights, WeightType::float32));
  double done = 0;
  progress(done, total);
  const std::vector<Shard> shards = sharded(weights, layout);
  std::map<std::string, std::string> file_of;
  std::string room;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    const std::string name = shards.size() == 1 ? std::string(kWeightsFile)
                                                : fmt::format("model-{:05}-of-{:05}.safetensors", i + 1, shards.size());
    AtomicFile file(folder / name, kind);
    file.write(safetensors_header(shards[i]));
    for (const TensorView& tensor : shards[i]) {
      file_of[tensor.name] = name;
      written.bytes += tensor.bytes;
      std::string_view floats(static_cast<const char*>(tensor.data), weights.find(tensor.name)->bytes);
      while (!floats.empty()) {
        const std::string_view piece = floats.substr(0, kPieceFloats * kFloatBytes);
        file.write(converted(piece, layout.type, room));
        floats.remove_prefix(piece.size());
        weights.forget_before(floats.data());
        done += static_cast<double>(piece.size());
        progress(done, total);
      }
    }
    file.commit();
    written.files.push_back(name);
  }
  if (shards.size() > 1) {
    written.files.emplace_back(kWeightsIndexFile);
    write_index(folder / written.files.back(), written, file_of, kind);
  }
  return written;
}

}  // namespace folio
