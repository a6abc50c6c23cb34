#pragma once

#include <optional>
#include <string>

#include "train/execution.h"

namespace folio::train {

/// What training a model reaches in each precision, in floating-point operations of its matrix products a second.
struct PrecisionRates {
  double float32 = 0;
  double bfloat16 = 0;
  bool of_passes = false;  ///< of whole forward and backward passes; else of products with the casts around them
};

/// What `precision: auto` takes, and why in a few words: "this model's matrix products reach ...".
struct PrecisionChoice {
  bool bfloat16 = false;
  std::string reason;
};

/// The faster one; float32, which is more exact, where the rates are within 2 % of each other: measured again they
/// might stand the other way round. `kept`: the rates were measured by an earlier run.
PrecisionChoice choose_by_rates(const PrecisionRates& rates, bool kept);

/// bfloat16 on a CUDA device of compute capability 8.0 or above, which multiplies it in hardware.
PrecisionChoice choose_by_capability(std::optional<ComputeCapability> capability);

}  // namespace folio::train
