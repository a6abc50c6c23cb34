#include "train/precision_choice.h"

#include <fmt/format.h>

#include "support/human.h"

namespace folio::train {

PrecisionChoice choose_by_rates(const PrecisionRates& rates, bool kept) {
  constexpr double kNoise = 0.02, kGiga = 1e9;
  PrecisionChoice choice{.bfloat16 = rates.bfloat16 > (1 + kNoise) * rates.float32, .reason = {}};
  const bool alike = !choice.bfloat16 && rates.bfloat16 >= (1 - kNoise) * rates.float32;
  choice.reason = fmt::format(
      "in a short test on this machine {} of this model reached {} GFLOP/s in float32 and {} in bfloat16{} ({})",
      rates.of_passes ? "training passes" : "the matrix products", significant(rates.float32 / kGiga, 3),
      significant(rates.bfloat16 / kGiga, 3), alike ? ", too close to tell apart" : "",
      kept ? "measured earlier" : "measured just now");
  return choice;
}

PrecisionChoice choose_by_capability(std::optional<ComputeCapability> capability) {
  if (!capability) return {.bfloat16 = false, .reason = "the CUDA device's compute capability is not known"};
  constexpr int kFirstMajor = 8;
  return {.bfloat16 = capability->major >= kFirstMajor,
          .reason = fmt::format("the CUDA device has compute capability {}.{}; from 8.0 on bfloat16 is multiplied in "
                                "hardware",
                                capability->major, capability->minor)};
}

}  // namespace folio::train
