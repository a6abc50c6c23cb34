#include "nn/layers/linear.h"

#include <ATen/ops/linear.h>

namespace folio::nn {

Linear::Linear(ParameterSet& parameters, const std::string& name, const Options& options)
    : weight_(parameters.add(name + ".weight", {options.out, options.in}, options.part, options.weight,
                             options.transposed_in_file)) {
  if (options.bias) bias_ = parameters.add(name + ".bias", {options.out}, options.part, zeros());
}

at::Tensor Linear::operator()(const at::Tensor& input) const { return at::linear(input, weight_, bias_); }

}  // namespace folio::nn
