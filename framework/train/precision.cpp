#include "train/precision.h"

#include <ATen/Context.h>
#include <ATen/autocast_mode.h>

#include "folio/error.h"

namespace folio::train {
namespace {

bool cpu_multiplies_bfloat16() { return __builtin_cpu_supports("avx512bf16") != 0; }

}  // namespace

Effective settle(const TrainingArguments& arguments) {
  Effective effective;
  const bool has_cuda = at::globalContext().hasCUDA();
  if (arguments.device == "cuda" && !has_cuda) {
    throw Error(ErrorKind::experiment,
                "training.device is 'cuda', but there is no CUDA device here, or libtorch was built without CUDA; "
                "expected 'cpu' or 'auto'");
  }
  if (has_cuda && arguments.device != "cpu") effective.device = c10::Device(c10::kCUDA, 0);
  if (arguments.precision == "auto") {
    effective.bfloat16 = effective.device.is_cuda() || cpu_multiplies_bfloat16();
  } else {
    effective.bfloat16 = arguments.precision == "bfloat16";
  }
  return effective;
}

PrecisionScope::PrecisionScope(const Effective& effective) : effective_(effective) {
  if (!effective_.bfloat16) return;
  at::autocast::increment_nesting();
  at::autocast::set_autocast_dtype(effective_.device.type(), at::kBFloat16);
  at::autocast::set_autocast_enabled(effective_.device.type(), true);
}

PrecisionScope::~PrecisionScope() {
  if (!effective_.bfloat16) return;
  at::autocast::set_autocast_enabled(effective_.device.type(), false);
  // The cached casts are of this step's weights: kept any longer, they would train silently on stale ones.
  at::autocast::decrement_nesting();
  at::autocast::clear_cache();
}

}  // namespace folio::train
