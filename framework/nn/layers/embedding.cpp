#include "nn/layers/embedding.h"

#include <ATen/ops/embedding.h>

namespace folio::nn {

Embedding::Embedding(ParameterSet& parameters, const std::string& name, const Options& options)
    : tied_(options.tied), padding_id_(options.padding_id) {
  Initializer initializer = options.weight;
  initializer.zero_row = padding_id_;
  weight_ = parameters.add(name + ".weight", {options.count, options.width}, Part::embeddings, initializer);
}

at::Tensor Embedding::operator()(const at::Tensor& ids) const {
  return at::embedding(weight_, ids, padding_id_, /*scale_grad_by_freq=*/false, /*sparse=*/tied_);
}

}  // namespace folio::nn
