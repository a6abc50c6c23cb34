#pragma once

#include <c10/core/Device.h>

#include <optional>
#include <string>

#include "train/arguments.h"

namespace folio::train {

/// Where a run computes, and how exactly: what `device: auto` and `precision: auto` come to on this machine.
struct Execution {
  c10::Device device = c10::Device(c10::kCPU);
  bool bfloat16 = false;

  std::string precision() const { return bfloat16 ? "bfloat16" : "float32"; }
};

/// What `training.device` comes to. Throws Error (experiment) when cuda is asked for and there is none.
c10::Device choose_device(const TrainingArguments& arguments);

/// A CUDA device's compute capability, 9.0 being 9 and 0.
struct ComputeCapability {
  int major = 0;
  int minor = 0;

  bool operator==(const ComputeCapability&) const = default;
};

/// Of the CUDA device of this index, as the driver tells it; none where there is no driver or no such device.
std::optional<ComputeCapability> compute_capability(int device);

/// While it lives, matrix products run in bfloat16 where that is the precision (torch's autocast), in float32 else.
class PrecisionScope {
 public:
  explicit PrecisionScope(const Execution& execution);
  ~PrecisionScope();
  PrecisionScope(const PrecisionScope&) = delete;
  PrecisionScope& operator=(const PrecisionScope&) = delete;

 private:
  Execution execution_;
};

}  // namespace folio::train
