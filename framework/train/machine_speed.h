#pragma once

#include <optional>

namespace folio::train {

/// How fast the machine multiplied while a run trained on it, and whether it had other work.
struct MachineSpeed {
  double matmul_rate = 0;          ///< floating-point operations a second: the better one of those measured
  std::optional<bool> was_busy{};  ///< none where the system does not tell
};

/// From measure_matmul_rate() before and after training, and the share of the processor time that others took from it
/// (folio::share_taken()). The machine was busy where they took more than 5 %, or where the rates differ by more than
/// 15 %, which no quiet machine's do.
MachineSpeed judge_machine(double rate_before, double rate_after, std::optional<double> taken);

/// What training reached of the machine's rate, in (0, 1]. None where that is not known: the machine was busy, nothing
/// was trained, or the run was faster than the measured rate, which was then measured too low.
std::optional<double> matmul_share(double flops_per_second, const MachineSpeed& machine);

}  // namespace folio::train
