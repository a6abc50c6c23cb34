#include "nn/layers/dropout.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/ops/dropout.h>
#include <ATen/ops/empty_like.h>

#include <mutex>
#include <vector>

#include "nn/differentiable.h"
#include "nn/elements.h"

namespace folio::nn {
namespace {

at::Tensor apply_mask(const at::Tensor& input, const kernels::Dropout& mask) {
  const at::Tensor in = input.contiguous();
  at::Tensor out = at::empty_like(in);
  const std::int64_t width = in.size(-1);
  const auto from = read_elements(in);
  const auto to = write_elements(out);
  at::parallel_for(0, in.numel() / width, row_grain(width), [&](std::int64_t first, std::int64_t last) {
    std::vector<float> scratch(static_cast<std::size_t>(width));
    for (std::int64_t row = first; row < last; ++row) {
      const float* values = kernels::load(from, row * width, width, scratch.data());
      float* target = kernels::place(to, row * width, scratch.data());
      kernels::drop_row(values, width, mask, static_cast<std::uint64_t>(row), target);
      kernels::store(target, width, to, row * width);
    }
  });
  return out;
}

/// The backward pass draws the mask once more, in place of keeping it.
at::Tensor masked(const at::Tensor& input, double p) {
  return differentiable({input}, [&] {
    const kernels::Dropout mask = draw_dropout(p);
    return ForwardPass{.outputs = {apply_mask(input, mask)},
                       .saved = {},
                       .backward = [mask](const Tensors&, const Tensors& gradients) {
                         return Tensors{apply_mask(gradients[0], mask)};
                       }};
  })[0];
}

}  // namespace

kernels::Dropout draw_dropout(double p) {
  if (p == 0) return {};
  at::Generator generator = at::detail::getDefaultCPUGenerator();
  const std::scoped_lock lock(generator.mutex());
  return kernels::Dropout::with_probability(p, at::check_generator<at::CPUGeneratorImpl>(generator)->random64());
}

at::Tensor dropout(const at::Tensor& input, double p) {
  if (p == 0 || input.numel() == 0) return input;
  return input.is_cpu() ? masked(input, p) : at::dropout(input, p, /*train=*/true);
}

}  // namespace folio::nn
