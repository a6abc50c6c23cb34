#pragma once

#include <bit>
#include <cstdint>

namespace folio::nn::kernels {

/// e^x to 2 units in the last place, clamped to the range of normal numbers (-87.3 .. 88.3): unlike std::exp, a loop
/// over it becomes vector code. Range reduction by ln 2 in two parts and the polynomial of Cephes' expf
/// (https://www.netlib.org/cephes/).
[[gnu::always_inline]] inline float exponential(float x) {
  x = x < -87.3F ? -87.3F : x;
  x = x > 88.3F ? 88.3F : x;
  // Adding 1.5 * 2^23 rounds to the nearest integer, which then stands in the low bits.
  constexpr float kRound = 12582912.0F;
  const float shifted = x * 1.44269504F + kRound;
  const float n = shifted - kRound;
  const float r = (x - n * 0.693359375F) + n * 2.12194440e-4F;
  float p = 1.9875691500e-4F;
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = (p * r * r + r) + 1.0F;
  const std::uint32_t exponent = (std::bit_cast<std::uint32_t>(shifted) - 0x4b400000U + 127U) << 23;
  return p * std::bit_cast<float>(exponent);
}

}  // namespace folio::nn::kernels
