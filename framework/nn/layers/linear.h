#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>

#include "nn/parameters.h"

namespace folio::nn {

/// output = input weight^T + bias, over the last dimension; with an adapter what that adds.
class Linear {
 public:
  struct Options {
    std::int64_t in = 0;
    std::int64_t out = 0;
    Part part = Part::feed_forward;
    Initializer weight;
    bool bias = true;
    bool transposed_in_file = false;  ///< as in GPT-2's files
  };

  /// Adds `name`.weight, [out, in], and `name`.bias, [out].
  Linear(ParameterSet& parameters, const std::string& name, const Options& options);

  /// [..., in] -> [..., out], in the compute type.
  at::Tensor operator()(const at::Tensor& input) const;

 private:
  at::Tensor weight_;
  at::Tensor bias_;
  std::shared_ptr<const LinearAdapter> adapter_;
};

}  // namespace folio::nn
