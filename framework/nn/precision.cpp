#include "nn/precision.h"

#include <ATen/autocast_mode.h>

namespace folio::nn {

at::ScalarType compute_type(const at::Tensor& on_device_of) {
  const at::DeviceType device = on_device_of.device().type();
  return at::autocast::is_autocast_enabled(device) ? at::autocast::get_autocast_dtype(device) : at::kFloat;
}

}  // namespace folio::nn
