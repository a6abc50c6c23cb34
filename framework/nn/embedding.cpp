#include "nn/embedding.h"

#include <ATen/ops/embedding.h>

namespace folio::nn {

Embedding::Embedding(ParameterSet& parameters, const std::string& name, const Options& options)
    : weight_(parameters.add(name + ".weight", {options.count, options.width}, Part::embeddings, options.weight)),
      tied_(options.tied) {}

at::Tensor Embedding::operator()(const at::Tensor& ids) const {
  return at::embedding(weight_, ids, /*padding_idx=*/-1, /*scale_grad_by_freq=*/false, /*sparse=*/tied_);
}

}  // namespace folio::nn
