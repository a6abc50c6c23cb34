#pragma once

#include <cstdint>

#include "nn/kernels/rows.h"

namespace folio::nn::kernels {

/// A dropout mask that is computed where it is needed instead of being kept: whether an element stays is a hash of a
/// seed, the element's row and its column. So the backward pass finds the same mask, and threads draw no numbers in
/// turn.
struct Dropout {
  std::uint64_t seed = 0;
  std::uint32_t threshold = 0;  ///< an element stays when its 32 hashed bits are not below
  float scale = 1.0F;           ///< what the elements that stay are multiplied by: 1 / (1 - p), or 0 where p is 1

  /// Each element is dropped with probability p, 0 <= p <= 1.
  static Dropout with_probability(double p, std::uint64_t seed);
};

/// The part of the hash that a row's elements share.
struct RowKey {
  std::uint32_t first;
  std::uint32_t second;
};

/// SplitMix64's step and finaliser (Steele, Lea, Flood 2014).
inline RowKey row_key(std::uint64_t seed, std::uint64_t row) {
  std::uint64_t z = seed + (row + 1) * 0x9e3779b97f4a7c15U;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  z ^= z >> 31;
  return {static_cast<std::uint32_t>(z), static_cast<std::uint32_t>(z >> 32)};
}

/// 32 bits for a column: two rounds of a 32-bit finaliser with low bias (the constants of "lowbias32", Wellons 2018).
[[gnu::always_inline]] inline std::uint32_t column_bits(RowKey key, std::uint32_t column) {
  std::uint32_t x = column ^ key.first;
  x = (x ^ (x >> 16)) * 0x7feb352dU;
  x = (x ^ (x >> 15)) * 0x846ca68bU;
  x = (x ^ (x >> 16)) + key.second;
  x = (x ^ (x >> 16)) * 0x7feb352dU;
  x = (x ^ (x >> 15)) * 0x846ca68bU;
  return x ^ (x >> 16);
}

/// What the element is multiplied by.
[[gnu::always_inline]] inline float keep_factor(const Dropout& dropout, RowKey key, std::int64_t column) {
  return column_bits(key, static_cast<std::uint32_t>(column)) >= dropout.threshold ? dropout.scale : 0.0F;
}

/// out[i] = in[i] * keep_factor(i); `out` may be `in`.
void drop_row(const float* in, std::int64_t count, const Dropout& dropout, std::uint64_t row, float* out);

/// out[i] = residual[i] + in[i] * keep_factor(i).
void add_dropped_row(const float* residual, const float* in, std::int64_t count, const Dropout& dropout,
                     std::uint64_t row, float* out);

}  // namespace folio::nn::kernels
