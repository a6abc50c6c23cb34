#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <string>
#include <vector>

#include "nn/attention.h"
#include "nn/linear.h"

namespace folio::nn {

/// Multi-head attention of a sequence to itself. Queries, keys and values come from one linear layer that gives them
/// side by side, or from one each; a further layer joins the heads.
class SelfAttention {
 public:
  /// Of the linear layers.
  struct Names {
    std::vector<std::string> inputs;  ///< one, or those of queries, keys and values
    std::string output;
  };

  struct Options {
    std::int64_t hidden = 0;
    std::int64_t heads = 0;
    Initializer input_weight;
    Initializer output_weight;
    bool transposed_in_file = false;
  };

  /// Throws Error (experiment) when the heads do not divide `hidden`.
  SelfAttention(ParameterSet& parameters, const Names& names, const Options& options);

  /// [batch, length, hidden] -> [batch, length, hidden]; `p` is the dropout on the attention's probabilities.
  at::Tensor operator()(const at::Tensor& input, const AttentionMask& mask, double p) const;

 private:
  /// Queries, keys and values: three times [batch, heads, length, width].
  std::array<at::Tensor, 3> project(const at::Tensor& input) const;

  std::int64_t heads_;
  std::vector<Linear> inputs_;
  Linear output_;
};

}  // namespace folio::nn
