#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/impl/LocalDispatchKeySet.h>

namespace folio::nn {

/// The type that matrix products are computed in on the tensor's device: autocast's where it is on, else float32. The
/// rules are those of Hugging Face's classes under autocast: products in that type; the residual stream, norms, softmax
/// and the loss in float32.
at::ScalarType compute_type(const at::Tensor& on_device_of);

/// Turns autocast off while it lives: for operators that choose their types themselves, forwards and backwards.
class WithoutAutocast {
 public:
  WithoutAutocast() : guard_(c10::autocast_dispatch_keyset) {}

 private:
  c10::impl::ExcludeDispatchKeyGuard guard_;
};

}  // namespace folio::nn
