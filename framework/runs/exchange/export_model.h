#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "formats/weights_writer.h"
#include "runs/record/run.h"

namespace folio::runs {

/// Throws Error (usage) for a run that has no whole model to export, which says why.
void require_model(const Run& run);

/// Writes the run's model as a whole Hugging Face folder with its tokenizer and a model card: `to` is new or an empty
/// folder, and has all of it in the end or is as it was. Throws Error (store), naming the file. `progress` is told the
/// bytes of weights that were read and all there are.
WrittenWeights export_model(const Run& run, const std::filesystem::path& to, const WeightLayout& layout,
                            const std::function<void(double done, double total)>& progress);

}  // namespace folio::runs
