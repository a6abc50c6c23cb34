#include "nn/elements.h"

#include <algorithm>

namespace folio::nn {
namespace {

kernels::ElementType element_type(const at::Tensor& tensor) {
  TORCH_INTERNAL_ASSERT(tensor.is_cpu() && tensor.is_contiguous());
  TORCH_CHECK(tensor.scalar_type() == at::kFloat || tensor.scalar_type() == at::kBFloat16,
              "Folio's operators take float32 and bfloat16 tensors; this one is ", tensor.scalar_type());
  return tensor.scalar_type() == at::kFloat ? kernels::ElementType::float32 : kernels::ElementType::bfloat16;
}

}  // namespace

kernels::ConstElements read_elements(const at::Tensor& tensor) {
  return {tensor.const_data_ptr(), element_type(tensor)};
}

kernels::Elements write_elements(const at::Tensor& tensor) { return {tensor.mutable_data_ptr(), element_type(tensor)}; }

std::int64_t row_grain(std::int64_t row_length) {
  constexpr std::int64_t kWorthwhileElements = 16384;
  return std::max<std::int64_t>(1, kWorthwhileElements / std::max<std::int64_t>(1, row_length));
}

}  // namespace folio::nn
