#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "folio/hugging_face.h"
#include "folio/model.h"
#include "formats/model_weights.h"

namespace folio::train {

/// Which stored tensor fills each parameter.
struct WeightsMatch {
  struct Pair {
    Parameter parameter;
    ModelWeights::Tensor stored;
  };
  std::vector<Pair> pairs;         ///< one for each parameter, in their order
  std::vector<Pair> tied;          ///< tensors that must equal the parameter that is filled by another
  std::vector<std::string> notes;  ///< what a person should know, a line each
};

/// Names are taken as transformers takes them: with or without the base model's prefix, LayerNorm's old gamma and beta.
/// `ties_head`: the folder's config.json ties the head, whatever the model does; where it has no tensor for a parameter
/// that the class may tie, that begins as a copy of what it is tied to, which is noted.
/// Throws Error (experiment) that names every tensor, up to twenty, that is missing, left over, of another shape or of
/// another type than F32, F16 or BF16.
WeightsMatch match_weights(const std::vector<Parameter>& parameters, const ModelWeights& weights,
                           const HuggingFaceClass& saved_from, bool ties_head = false);

/// Fills the parameters, as float32. Beyond them it takes some MiB of memory. Throws Error (run)
/// where a file cannot be read, (experiment) where a tied tensor is not what it is tied to.
void load_weights(const WeightsMatch& match, const ModelWeights& weights);

}  // namespace folio::train
