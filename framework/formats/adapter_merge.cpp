#include "formats/adapter_merge.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <map>
#include <string_view>

#include "formats/misfits.h"
#include "formats/model_weights.h"
#include "support/error.h"

namespace folio {
namespace {

constexpr std::string_view kA = ".lora_A.weight";
constexpr std::string_view kB = ".lora_B.weight";

/// IEEE 754's binary16.
float from_half(std::uint16_t half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000U) << 16U;
  const std::uint32_t exponent = (half >> 10U) & 0x1FU;
  const std::uint32_t fraction = half & 0x3FFU;
  if (exponent == 0) {  // zero or subnormal: a whole number of 2^-24
    const float magnitude = std::ldexp(static_cast<float>(fraction), -24);
    return sign != 0 ? -magnitude : magnitude;
  }
  const std::uint32_t wide_exponent = exponent == 31 ? 255 : exponent + 112;
  return std::bit_cast<float>(sign | wide_exponent << 23U | fraction << 13U);
}

bool is_float(std::string_view dtype) { return dtype == "F32" || dtype == "F16" || dtype == "BF16"; }

/// Of a type that is_float().
std::vector<float> floats_of(std::string_view dtype, const char* bytes, std::size_t count) {
  const std::size_t size = safetensors_dtype_size(dtype);
  std::vector<float> values(count / size);
  if (dtype == "F32") {
    if (!values.empty()) std::memcpy(values.data(), bytes, count);
    return values;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, bytes + i * size, size);
    values[i] = dtype == "F16" ? from_half(bits) : std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16U);
  }
  return values;
}

std::vector<float> floats_of(const TensorView& tensor) {
  return floats_of(tensor.dtype, static_cast<const char*>(tensor.data), tensor.bytes);
}

void check_type(const std::string& place, const TensorView& tensor) {
  if (is_float(tensor.dtype)) return;
  throw Error(ErrorKind::run,
              place + ": tensor '" + tensor.name + "' is " + tensor.dtype + ", expected F32, F16 or BF16");
}

}  // namespace

AdapterFolder::AdapterFolder(const std::filesystem::path& folder)
    : path_(folder / kAdapterWeightsFile), config_(read_adapter_config(folder)), file_(path_) {
  const std::string place = path_.string();
  std::map<std::string, Pair, std::less<>> by_weight;
  for (const TensorView& tensor : file_.tensors()) {
    check_type(place, tensor);
    const std::string_view name = tensor.name;
    const bool is_a = name.ends_with(kA);
    if (!name.starts_with(kAdapterNamePrefix) || (!is_a && !name.ends_with(kB))) {
      throw Error(ErrorKind::run, place + ": tensor '" + tensor.name + "' is of no LoRA adapter: expected " +
                                      std::string(kAdapterNamePrefix) + "MODULE.lora_A.weight or lora_B.weight");
    }
    const std::size_t begin = kAdapterNamePrefix.size();
    const std::string weight = std::string(name.substr(begin, name.size() - kA.size() - begin)) + ".weight";
    Pair& pair = by_weight.try_emplace(weight, Pair{weight}).first->second;
    (is_a ? pair.a : pair.b) = &tensor;
  }
  for (const auto& [weight, pair] : by_weight) {
    if (pair.a == nullptr || pair.b == nullptr)
      throw Error(ErrorKind::run, place + ": of the adapter of '" + weight + "' one of the two matrices is missing");
    const bool fit = pair.a->shape.size() == 2 && pair.b->shape.size() == 2 && pair.a->shape[0] == config_.rank &&
                     pair.b->shape[1] == config_.rank;
    if (!fit) {
      throw Error(ErrorKind::run, place + ": '" + pair.a->name + "' is " + shape_text(pair.a->shape) + " and its B " +
                                      shape_text(pair.b->shape) + ", which do not fit the rank " +
                                      std::to_string(config_.rank) + " of " + kAdapterConfigFile);
    }
    pairs_.push_back(pair);
  }
}

std::vector<std::string> AdapterFolder::weights() const {
  std::vector<std::string> names;
  for (const Pair& pair : pairs_) names.push_back(pair.weight);
  return names;
}

void AdapterFolder::merge_into(const std::string& weight, const std::vector<std::int64_t>& shape, float* values) const {
  const auto found =
      std::find_if(pairs_.begin(), pairs_.end(), [&](const Pair& pair) { return pair.weight == weight; });
  if (found == pairs_.end()) return;
  const std::int64_t in = found->a->shape[1];
  const std::int64_t out = found->b->shape[0];
  const bool transposed = config_.fan_in_fan_out;
  const std::vector<std::int64_t> expected =
      transposed ? std::vector<std::int64_t>{in, out} : std::vector<std::int64_t>{out, in};
  if (shape != expected) {
    throw Error(ErrorKind::experiment, path_.string() + ": its adapter of '" + weight + "' is for a weight of " +
                                           shape_text(expected) + ", but the base's is " + shape_text(shape));
  }
  const std::vector<float> a = floats_of(*found->a);
  const std::vector<float> b = floats_of(*found->b);
  const std::int64_t rank = config_.rank;
  const auto scale = static_cast<float>(config_.scale());
  std::vector<float> change(static_cast<std::size_t>(in));
  for (std::int64_t row = 0; row < out; ++row) {
    std::fill(change.begin(), change.end(), 0.0F);
    for (std::int64_t k = 0; k < rank; ++k) {
      const float factor = b[static_cast<std::size_t>(row * rank + k)];
      const float* const a_row = a.data() + k * in;
      for (std::int64_t column = 0; column < in; ++column)
        change[static_cast<std::size_t>(column)] += factor * a_row[column];
    }
    for (std::int64_t column = 0; column < in; ++column)
      values[transposed ? column * out + row : row * in + column] += scale * change[static_cast<std::size_t>(column)];
  }
}

void write_merged_weights(const std::filesystem::path& base, const AdapterFolder& adapters,
                          const std::filesystem::path& file) {
  const ModelWeights weights(base);
  std::vector<std::string> left = adapters.weights();
  std::vector<std::vector<float>> values;  // what the views point into
  values.reserve(weights.tensors().size());
  std::vector<TensorView> views;
  for (const ModelWeights::Tensor& tensor : weights.tensors()) {
    const SafetensorsEntry& entry = tensor.entry;
    if (!is_float(entry.dtype)) continue;
    std::vector<char> stored(entry.bytes);
    weights.read(tensor, 0, stored.data(), stored.size());
    std::vector<float>& floats = values.emplace_back(floats_of(entry.dtype, stored.data(), stored.size()));
    // A base that was saved without its head has names without the prefix of the whole: "h.0" of "transformer.h.0".
    const auto changed = std::find_if(left.begin(), left.end(), [&](const std::string& weight) {
      return weight == entry.name || weight.ends_with("." + entry.name);
    });
    if (changed != left.end()) {
      adapters.merge_into(*changed, entry.shape, floats.data());
      left.erase(changed);
    }
    views.push_back({entry.name, "F32", entry.shape, floats.data(), floats.size() * sizeof(float)});
  }
  if (!left.empty()) {
    Misfits misfits;
    for (const std::string& weight : left) misfits.add("missing", weight);
    throw Error(ErrorKind::experiment,
                base.string() + ": its weights are not those that the adapters are for:" + misfits.text());
  }
  write_safetensors(file, views);
}

}  // namespace folio
