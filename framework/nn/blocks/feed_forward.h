#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>

#include "nn/layers/activation.h"
#include "nn/layers/linear.h"

namespace folio::nn {

/// The block between attentions: widen, bend, narrow. With a gate (Shazeer 2020) it is the gate that is bent, and the
/// widened input is multiplied by it.
class FeedForward {
 public:
  struct Options {
    std::int64_t hidden = 0;
    std::int64_t intermediate = 0;
    Activation activation = Activation::gelu;
    Initializer widening_weight;
    Initializer narrowing_weight;
    std::string gate{};  ///< the name of its linear layer, which stands before the others; empty: none
    bool bias = true;
    bool transposed_in_file = false;
  };

  /// `widening` and `narrowing` are the names of the two linear layers. A gate begins as the widening layer does.
  FeedForward(ParameterSet& parameters, const std::string& widening, const std::string& narrowing,
              const Options& options);

  /// [..., hidden] -> [..., hidden]; `p` is the dropout of what is narrowed.
  at::Tensor operator()(const at::Tensor& input, double p = 0) const;

 private:
  std::optional<Linear> gate_;
  Linear widen_;
  Linear narrow_;
  Activation activation_;
};

}  // namespace folio::nn
