#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "nn/layers/activation.h"
#include "nn/layers/linear.h"
#include "nn/layers/norm.h"

namespace folio::nn {

/// What a masked model puts between its last layer and the projection onto the vocabulary: linear, activation, norm.
class HeadTransform {
 public:
  struct Options {
    std::int64_t hidden = 0;
    Activation activation = Activation::gelu;
    Initializer weight;
    double epsilon = 0;  ///< of the norm
  };

  /// `dense` and `norm` are the names of the two layers.
  HeadTransform(ParameterSet& parameters, const std::string& dense, const std::string& norm, const Options& options);

  /// [..., hidden] -> [..., hidden], in the compute type.
  at::Tensor operator()(const at::Tensor& input) const;

 private:
  Linear dense_;
  Activation activation_;
  LayerNorm norm_;
};

}  // namespace folio::nn
