#pragma once

#include <ATen/core/Tensor.h>

namespace folio::nn {

/// Which keys a query may see. With both, only keys that both allow.
struct AttentionMask {
  bool causal = false;  ///< query t sees keys 0 .. t; there are then as many keys as queries
  at::Tensor keys;      ///< [batch, keys] bool, true where a token stands; undefined: all
};

/// Scaled dot-product attention (Vaswani et al. 2017): softmax(query key^T / sqrt(width)) value, with dropout of
/// probability `p` on the softmax. query [batch, heads, queries, width], key and value [batch, heads, keys, width] of
/// one type, with any strides; gives [batch, queries, heads * width]. The softmax is in float32. A query that may see
/// no key gets zeros.
at::Tensor attend(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, const AttentionMask& mask,
                  double p);

}  // namespace folio::nn
