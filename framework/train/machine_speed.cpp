#include "train/machine_speed.h"

#include <algorithm>

#include "support/machine/machine_load.h"

namespace folio::train {

MachineSpeed judge_machine(double rate_before, double rate_after, std::optional<double> taken) {
  constexpr double kMostApart = 0.15;
  MachineSpeed machine{.matmul_rate = std::max(rate_before, rate_after), .was_busy = std::nullopt};
  const bool apart = std::min(rate_before, rate_after) < (1 - kMostApart) * machine.matmul_rate;
  if (taken || apart) machine.was_busy = apart || *taken > kMostTaken;
  return machine;
}

std::optional<double> matmul_share(double flops_per_second, const MachineSpeed& machine) {
  const double share = flops_per_second / machine.matmul_rate;
  if (machine.was_busy == true || !(share > 0 && share <= 1)) return std::nullopt;
  return share;
}

}  // namespace folio::train
