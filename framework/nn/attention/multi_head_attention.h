#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <vector>

#include "nn/attention/attention.h"
#include "nn/attention/key_value_cache.h"
#include "nn/attention/rotary.h"
#include "nn/layers/linear.h"

namespace folio::nn {

/// What a model adds to plain attention of a sequence to itself.
struct AttentionVariation {
  Scoring scoring{};
  const Rotation* rotation = nullptr;  ///< of queries and keys
  KeyValueCache* cache = nullptr;      ///< what was read before: it is attended to as well, and added to
};

/// Multi-head attention with its linear layers. Queries, keys and values come from one layer that gives them side by
/// side, or from one each; a further layer joins the heads.
class MultiHeadAttention {
 public:
  /// Of the linear layers.
  struct Names {
    std::vector<std::string> inputs;  ///< one, or those of queries, keys and values
    std::string output;
  };

  struct Options {
    std::int64_t hidden = 0;
    std::int64_t heads = 0;
    std::int64_t key_heads = 0;   ///< divides `heads`; 0: as many. Fewer only where each has a layer
    std::int64_t head_width = 0;  ///< 0: hidden / heads
    Initializer input_weight;
    std::optional<Initializer> query_weight{};  ///< not given: as input_weight
    Initializer output_weight;
    bool bias = true;
    bool transposed_in_file = false;
  };

  /// Throws Error (experiment) when the heads do not divide `hidden`, unless their width is given.
  MultiHeadAttention(ParameterSet& parameters, const Names& names, const Options& options);

  /// Of a sequence to itself: [batch, length, hidden] -> the same; `p` is the dropout on the attention's probabilities.
  at::Tensor operator()(const at::Tensor& input, const AttentionMask& mask, double p,
                        const AttentionVariation& variation = {}) const;

  /// The keys and values of another sequence [batch, its length, hidden], for across(). Only where each has a layer.
  KeyValues keys_and_values(const at::Tensor& input) const;

  /// Of a sequence to another.
  at::Tensor across(const at::Tensor& input, const KeyValues& other, const AttentionMask& mask, double p,
                    const Scoring& scoring = {}) const;

 private:
  /// Queries, keys or values, each [batch, length, its heads, width].
  struct Projections {
    at::Tensor query, key, value;
  };
  Projections project(const at::Tensor& input) const;

  /// [batch, length, heads * width] -> [batch, length, heads, width]
  at::Tensor split(const at::Tensor& joined) const { return joined.unflatten(-1, {-1, head_width_}); }

  std::int64_t head_width_;
  std::vector<Linear> inputs_;
  Linear output_;
};

}  // namespace folio::nn
