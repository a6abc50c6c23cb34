#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "formats/weights_writer.h"
#include "runs/record/run.h"

namespace folio::runs {

/// Throws Error (usage) for a run that has no whole model to export, which says why: one with adapters alone has a
/// model only where these are merged into the weights that they are for, and another has none to merge.
void require_model(const Run& run, bool merge);

/// Writes the run's model as a whole Hugging Face folder with its tokenizer and a model card: `to` is new or an empty
/// folder, and has all of it in the end or is as it was. `merge`: with its adapters merged into the weights of their
/// base, which takes as much memory as these do. Throws Error (store), naming the file. `progress` is told the bytes of
/// weights that were read and all there are.
WrittenWeights export_model(const Run& run, const std::filesystem::path& to, bool merge, const WeightLayout& layout,
                            const std::function<void(double done, double total)>& progress);

}  // namespace folio::runs
