#include "train/execution.h"

#include <ATen/Context.h>
#include <ATen/autocast_mode.h>
#include <dlfcn.h>

#include "folio/error.h"

namespace folio::train {
c10::Device choose_device(const TrainingArguments& arguments) {
  const bool has_cuda = at::globalContext().hasCUDA();
  if (arguments.device == "cuda" && !has_cuda) {
    throw Error(ErrorKind::experiment,
                "training.device is 'cuda', but there is no CUDA device here, or libtorch was built without CUDA; "
                "expected 'cpu' or 'auto'");
  }
  return has_cuda && arguments.device != "cpu" ? c10::Device(c10::kCUDA, 0) : c10::Device(c10::kCPU);
}

std::optional<ComputeCapability> compute_capability(int device) {
  // The driver is asked, since libtorch's own header for it needs CUDA's, which are not there with the wheel.
  void* driver = ::dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (driver == nullptr) return std::nullopt;
  // As cuda.h declares them; the numbers are CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR and _MINOR. 0 is success.
  constexpr int kMajor = 75, kMinor = 76;
  const auto init = reinterpret_cast<int (*)(unsigned)>(::dlsym(driver, "cuInit"));
  const auto get = reinterpret_cast<int (*)(int*, int)>(::dlsym(driver, "cuDeviceGet"));
  const auto attribute = reinterpret_cast<int (*)(int*, int, int)>(::dlsym(driver, "cuDeviceGetAttribute"));
  int handle = 0;
  ComputeCapability capability;
  const bool known = init != nullptr && get != nullptr && attribute != nullptr && init(0) == 0 &&
                     get(&handle, device) == 0 && attribute(&capability.major, kMajor, handle) == 0 &&
                     attribute(&capability.minor, kMinor, handle) == 0;
  return known ? std::optional(capability) : std::nullopt;  // the driver stays loaded: libtorch uses it
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
