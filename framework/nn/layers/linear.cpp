#include "nn/layers/linear.h"

#include <ATen/ops/linear.h>

#include "nn/layers/dropout.h"

namespace folio::nn {

Linear::Linear(ParameterSet& parameters, const std::string& name, const Options& options)
    : weight_(parameters.add(name + ".weight", {options.out, options.in}, options.part, options.weight,
                             options.transposed_in_file)) {
  if (options.bias) bias_ = parameters.add(name + ".bias", {options.out}, options.part, zeros());
  adapter_ = parameters.add_linear(name, options.in, options.out, options.part);
}

at::Tensor Linear::operator()(const at::Tensor& input) const {
  const at::Tensor output = at::linear(input, weight_, bias_);
  if (!adapter_->a.defined()) return output;
  const at::Tensor narrow = at::linear(dropout(input, adapter_->dropout), adapter_->a);  // [..., rank]
  return output.add(at::linear(narrow, adapter_->b), adapter_->scale);
}

}  // namespace folio::nn
