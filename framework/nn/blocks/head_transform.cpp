#include "nn/blocks/head_transform.h"

namespace folio::nn {

HeadTransform::HeadTransform(ParameterSet& parameters, const std::string& dense, const std::string& norm,
                             const Options& options)
    : dense_(parameters, dense,
             {.in = options.hidden, .out = options.hidden, .part = Part::head, .weight = options.weight}),
      activation_(options.activation),
      norm_(parameters, norm, options.hidden, options.epsilon) {}

at::Tensor HeadTransform::operator()(const at::Tensor& input) const {
  return norm_(activate(activation_, dense_(input)).to(at::kFloat));
}

}  // namespace folio::nn
