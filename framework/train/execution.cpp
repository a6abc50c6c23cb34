#include "train/execution.h"

#include <ATen/Context.h>
#include <ATen/autocast_mode.h>

#include "folio/error.h"

namespace folio::train {
namespace {

bool cpu_multiplies_bfloat16() { return __builtin_cpu_supports("avx512bf16") != 0; }

}  // namespace

Execution choose_execution(const TrainingArguments& arguments) {
  Execution execution;
  const bool has_cuda = at::globalContext().hasCUDA();
  if (arguments.device == "cuda" && !has_cuda) {
    throw Error(ErrorKind::experiment,
                "training.device is 'cuda', but there is no CUDA device here, or libtorch was built without CUDA; "
                "expected 'cpu' or 'auto'");
  }
  if (has_cuda && arguments.device != "cpu") execution.device = c10::Device(c10::kCUDA, 0);
  if (arguments.precision == "auto")
    execution.bfloat16 = execution.device.is_cuda() || cpu_multiplies_bfloat16();
  else
    execution.bfloat16 = arguments.precision == "bfloat16";
  return execution;
}

PrecisionScope::PrecisionScope(const Execution& execution) : execution_(execution) {
  if (!execution_.bfloat16) return;
  at::autocast::increment_nesting();
  at::autocast::set_autocast_dtype(execution_.device.type(), at::kBFloat16);
  at::autocast::set_autocast_enabled(execution_.device.type(), true);
}

PrecisionScope::~PrecisionScope() {
  if (!execution_.bfloat16) return;
  at::autocast::set_autocast_enabled(execution_.device.type(), false);
  // The cached casts are of this step's weights: kept any longer, they would train silently on stale ones.
  at::autocast::decrement_nesting();
  at::autocast::clear_cache();
}

}  // namespace folio::train
