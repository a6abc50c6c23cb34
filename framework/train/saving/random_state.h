#pragma once

#include <c10/core/Device.h>

#include <filesystem>
#include <vector>

#include "formats/safetensors.h"
#include "train/saving/tensor_files.h"

namespace folio::train {

/// The state of torch's default generators, of the processor and of the device if that is another one, as bytes:
/// "random_state.cpu", "random_state.cuda". Copies, which do not change any more.
std::vector<NamedTensor> random_state(c10::Device device);

/// Makes the generators go on from there.
void restore_random_state(const std::vector<NamedTensor>& state, c10::Device device);

/// The same from a file. Throws Error (run) naming the tensor that is missing or does not fit.
void restore_random_state(const SafetensorsFile& file, const std::filesystem::path& path, c10::Device device);

}  // namespace folio::train
