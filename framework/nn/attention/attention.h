#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

namespace folio::nn {

/// Which keys a query may see. With both, only keys that both allow.
struct AttentionMask {
  bool causal = false;  ///< the queries stand at the end of the keys, and each sees the keys up to its own place
  at::Tensor keys;      ///< [batch, keys] bool, true where a token stands; undefined: all
};

/// How the softmax's scores are made of queries and keys: scale * query key^T + bias.
struct Scoring {
  std::optional<double> scale;  ///< not given: 1 / sqrt(width)
  at::Tensor bias{};            ///< [heads, queries, keys] float32; undefined: none
};

/// Dot-product attention (Vaswani et al. 2017): softmax(scores) value, with dropout of probability `p` on the softmax.
/// query [batch, heads, queries, width], key and value [batch, key heads, keys, width] of one type, with any strides;
/// gives [batch, queries, heads * width]. Where there are fewer key heads than heads, which they must divide, each
/// serves as many heads in a row (grouped queries, Ainslie et al. 2023). The softmax is in float32. A query that may
/// see no key gets zeros.
at::Tensor attend(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, const AttentionMask& mask,
                  double p, const Scoring& scoring = {});

}  // namespace folio::nn
