#include "train/arguments.h"
#include "train/matmul_rate.h"
#include "worker/commands.h"
#include "worker/environment.h"
#include "worker/progress_lines.h"

namespace folio::worker {

int tell_environment() {
  set_thread_count();
  const auto defaults = train::training_arguments(OptionValues(train::training_option_table(), {}));
  const train::Effective effective = train::settle(defaults);
  ProgressLines().write({{"environment", describe_environment(effective, train::measure_matmul_rate(effective))}});
  return 0;
}

}  // namespace folio::worker
