#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "nn/activation.h"
#include "nn/linear.h"

namespace folio::nn {

/// The block between attentions: widen, bend, narrow.
class FeedForward {
 public:
  struct Options {
    std::int64_t hidden = 0;
    std::int64_t intermediate = 0;
    Activation activation = Activation::gelu;
    Initializer widening_weight;
    Initializer narrowing_weight;
    bool transposed_in_file = false;
  };

  /// `widening` and `narrowing` are the names of the two linear layers.
  FeedForward(ParameterSet& parameters, const std::string& widening, const std::string& narrowing,
              const Options& options);

  /// [..., hidden] -> [..., hidden]
  at::Tensor operator()(const at::Tensor& input) const;

 private:
  Linear widen_;
  Linear narrow_;
  Activation activation_;
};

}  // namespace folio::nn
