#include "train/arguments.h"
#include "train/matmul_rate.h"
#include "worker/commands.h"
#include "worker/environment.h"
#include "worker/progress_lines.h"

namespace folio::worker {

int tell_environment() {
  set_thread_count();
  const auto defaults = train::training_arguments(OptionValues(train::training_option_table(), {}));
  const train::Execution execution = train::choose_execution(defaults);
  ProgressLines().write({{"environment", describe_environment(execution, train::measure_matmul_rate(execution))}});
  return 0;
}

}  // namespace folio::worker
