#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "formats/safetensors.h"
#include "support/error.h"

/// A model's weights as transformers' save_pretrained() lays them out in a folder: model.safetensors, or where that
/// would be too large several of them, model-00001-of-00003.safetensors ..., with model.safetensors.index.json.
namespace folio {

enum class WeightType { float32, bfloat16 };

/// "float32", as config.json has it.
const char* to_string(WeightType type);

struct WeightLayout {
  WeightType type = WeightType::float32;
  /// Bytes of tensors that a file holds at most; one tensor that is larger has a file of its own.
  std::uint64_t max_shard_bytes = 5'000'000'000;
};

struct WrittenWeights {
  std::vector<std::string> files;  ///< names, in their order, the index last
  std::uint64_t bytes = 0;         ///< of the tensors
  std::int64_t parameters = 0;
};

/// The nearest bfloat16, of two that are equally near the even one; a NaN stays one.
std::uint16_t to_bfloat16(float value);

/// Bytes that the tensors take in this type.
std::uint64_t bytes_of_weights(const SafetensorsFile& weights, WeightType type);

/// Writes the weights, which are float32 each, into the folder, in their order. Takes a few MB of memory. `progress` is
/// told the bytes that were read and all there are. Throws Error of `kind`: a file that cannot be written, or a tensor
/// of another type, which is named with `weights_name`.
WrittenWeights write_weights(const SafetensorsFile& weights, const std::string& weights_name,
                             const std::filesystem::path& folder, const WeightLayout& layout, ErrorKind kind,
                             const std::function<void(double done, double total)>& progress);

}  // namespace folio
