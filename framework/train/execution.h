#pragma once

#include <c10/core/Device.h>

#include <string>

#include "train/arguments.h"

namespace folio::train {

/// Where a run computes, and how exactly: what `device: auto` and `precision: auto` come to on this machine.
struct Execution {
  c10::Device device = c10::Device(c10::kCPU);
  bool bfloat16 = false;

  std::string precision() const { return bfloat16 ? "bfloat16" : "float32"; }
};

/// bfloat16 is taken by itself where the processor multiplies it in hardware (AVX-512 BF16 or AMX; a CUDA device of
/// compute capability 8.0). Throws Error (experiment) when cuda is asked for and there is none.
Execution choose_execution(const TrainingArguments& arguments);

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
