#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "nn/attention.h"
#include "nn/linear.h"

namespace folio::nn {

/// Multi-head attention of a sequence to itself. One linear layer gives queries, keys and values side by side; another
/// joins the heads.
class SelfAttention {
 public:
  struct Options {
    std::int64_t hidden = 0;
    std::int64_t heads = 0;  ///< divides `hidden`
    Initializer input_weight;
    Initializer output_weight;
    bool transposed_in_file = false;
  };

  /// `input` and `output` are the names of the two linear layers.
  SelfAttention(ParameterSet& parameters, const std::string& input, const std::string& output, const Options& options);

  /// [batch, length, hidden] -> [batch, length, hidden]; `p` is the dropout on the attention's probabilities.
  at::Tensor operator()(const at::Tensor& input, const AttentionMask& mask, double p) const;

 private:
  std::int64_t heads_;
  Linear input_;
  Linear output_;
};

}  // namespace folio::nn
