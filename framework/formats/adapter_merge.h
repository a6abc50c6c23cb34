#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "formats/adapter_config.h"
#include "formats/safetensors.h"

namespace folio {

/// A folder of low-rank adapters, to be merged into the weights of its base.
class AdapterFolder {
 public:
  /// Throws Error (run) where a file of it is missing, damaged or asks for what Folio does not have, and where a matrix
  /// A has no B that fits it.
  explicit AdapterFolder(const std::filesystem::path& folder);

  const AdapterConfig& config() const { return config_; }

  /// The weights of its base that it changes, by the names that they have there: "transformer.h.0.attn.c_attn.weight".
  std::vector<std::string> weights() const;

  /// Adds scale * B A, in float32, to a weight that it changes. `values` are those of all rows, as the base's file has
  /// them: `shape` is [out, in] or, in the layers of GPT-2 (fan_in_fan_out), [in, out]. Throws Error (experiment)
  /// naming both shapes where it is another.
  void merge_into(const std::string& weight, const std::vector<std::int64_t>& shape, float* values) const;

 private:
  struct Pair {
    std::string weight;
    const TensorView* a = nullptr;  ///< [rank, in]
    const TensorView* b = nullptr;  ///< [out, rank]
  };

  std::filesystem::path path_;
  AdapterConfig config_;
  SafetensorsFile file_;
  std::vector<Pair> pairs_;
};

/// Writes the weights of a base's folder with the adapters merged into them as one file, float32; buffers that are no
/// floats are left out. Takes as much memory as these weights. Throws Error (experiment) naming each weight that the
/// adapters change and the base does not have, (run) where a file cannot be read or written.
void write_merged_weights(const std::filesystem::path& base, const AdapterFolder& adapters,
                          const std::filesystem::path& file);

}  // namespace folio
