#pragma once

#include <cstdint>
#include <string>

#include "folio/model.h"

namespace folio::worker {

/// Asks a model once, before it is trained, for what folio/model.h says that it gives: logits of [batch, length,
/// vocab_size], a loss that is a float32 scalar with a gradient, a loss for each label, a
/// config.json. Throws Error (plugin), which
/// begins with `name`, for what has another shape or type. `batch` has one sample; a few tokens of it are enough.
/// `vocab_size` is that of the model, which the labels' ids are below of. The weights need not be filled. Torch's
/// random numbers go on as if nothing had been asked.
void check_outputs(Model& model, const std::string& name, Batch batch, std::int64_t vocab_size);

}  // namespace folio::worker
