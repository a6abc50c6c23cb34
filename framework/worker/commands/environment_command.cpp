#include <nlohmann/json.hpp>
#include <vector>

#include "train/arguments.h"
#include "train/execution.h"
#include "train/matmul_rate.h"
#include "worker/commands/commands.h"
#include "worker/environment.h"
#include "worker/progress_lines.h"

namespace folio::worker {
namespace {

/// The layers of gpt at its defaults, over 4 samples of 128 tokens.
const std::vector<train::Product> kUsualProducts{{.rows = 512, .in = 768, .out = 2304, .count = 12},
                                                 {.rows = 512, .in = 768, .out = 768, .count = 12},
                                                 {.rows = 512, .in = 768, .out = 3072, .count = 12},
                                                 {.rows = 512, .in = 3072, .out = 768, .count = 12}};

}  // namespace

int tell_environment() {
  set_thread_count();
  constexpr double kSeconds = 0.5;
  const c10::Device device =
      train::choose_device(train::training_arguments(OptionValues(train::training_option_table(), {})));
  const std::vector<double> rates =
      train::measure_matmul_rates(kUsualProducts, device, {at::kFloat, at::kBFloat16}, kSeconds);
  nlohmann::json environment = describe_machine();
  environment["device"] = device.str();
  environment["float32_flops_per_second"] = rates[0];
  environment["bfloat16_flops_per_second"] = rates[1];
  ProgressLines().write({{"environment", environment}});
  return 0;
}

}  // namespace folio::worker
