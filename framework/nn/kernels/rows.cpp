#include "nn/kernels/rows.h"

#include <bit>
#include <cmath>
#include <cstring>

namespace folio::nn::kernels {
namespace {

FOLIO_VECTORISED void widen(const std::uint16_t* from, std::int64_t count, float* to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] = std::bit_cast<float>(static_cast<std::uint32_t>(from[i]) << 16);
}

FOLIO_VECTORISED void narrow(const float* from, std::int64_t count, std::uint16_t* to) {
  for (std::int64_t i = 0; i < count; ++i) {
    const auto bits = std::bit_cast<std::uint32_t>(from[i]);
    const std::uint32_t rounded = (bits + 0x7fffU + ((bits >> 16) & 1U)) >> 16;
    // Rounding could carry a NaN's fraction over into infinity.
    to[i] = static_cast<std::uint16_t>(std::isnan(from[i]) ? 0x7fc0U : rounded);
  }
}

}  // namespace

const float* load(ConstElements from, std::int64_t begin, std::int64_t count, float* scratch) {
  if (from.type == ElementType::float32) return static_cast<const float*>(from.data) + begin;
  widen(static_cast<const std::uint16_t*>(from.data) + begin, count, scratch);
  return scratch;
}

float* place(Elements to, std::int64_t begin, float* scratch) {
  return to.type == ElementType::float32 ? static_cast<float*>(to.data) + begin : scratch;
}

void store(const float* values, std::int64_t count, Elements to, std::int64_t begin) {
  if (to.type == ElementType::bfloat16)
    narrow(values, count, static_cast<std::uint16_t*>(to.data) + begin);
  else if (float* target = static_cast<float*>(to.data) + begin; target != values)
    std::memcpy(target, values, static_cast<std::size_t>(count) * sizeof(float));
}

}  // namespace folio::nn::kernels
