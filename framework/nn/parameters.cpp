#include "nn/parameters.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

#include "folio/error.h"

namespace folio::nn {
namespace {

/// Fills the tensor on all processors. One number from torch's default generator seeds it, and each stretch of fixed
/// length has a generator of its own, so that the values do not depend on the number of threads.
void fill_normal(const at::Tensor& tensor, double deviation) {
  constexpr std::int64_t kStretch = 1 << 20;
  auto* generator = at::get_generator_or_default<at::CPUGeneratorImpl>({}, at::detail::getDefaultCPUGenerator());
  const std::uint64_t seed = generator->random64();
  const at::Tensor values = tensor.detach().view(-1);
  const std::int64_t count = values.numel();
  at::parallel_for(0, (count + kStretch - 1) / kStretch, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t stretch = first; stretch < last; ++stretch) {
      const std::int64_t begin = stretch * kStretch;
      values.narrow(0, begin, std::min(kStretch, count - begin))
          .normal_(0, deviation, at::detail::createCPUGenerator(seed + static_cast<std::uint64_t>(stretch)));
    }
  });
}

/// [positions, width]
void fill_sinusoidal(const at::Tensor& tensor) {
  const at::Tensor values = tensor.detach();
  auto* out = values.mutable_data_ptr<float>();
  const std::int64_t width = values.size(1);
  for (std::int64_t position = 0; position < values.size(0); ++position) {
    for (std::int64_t column = 0; column < width; ++column) {
      const double exponent = static_cast<double>(column / 2 * 2) / static_cast<double>(width);
      const double angle = static_cast<double>(position) / std::pow(10000.0, exponent);
      out[position * width + column] = static_cast<float>(column % 2 == 0 ? std::sin(angle) : std::cos(angle));
    }
  }
}

/// A size that overflowed on its way here is negative.
void require_possible(const std::string& name, at::IntArrayRef shape) {
  constexpr double kMostNumbers = 1e15;
  double count = 1;
  bool negative = false;
  for (const std::int64_t size : shape) {
    negative = negative || size < 0;
    count *= static_cast<double>(size);
  }
  if (!negative && count <= kMostNumbers) return;
  throw Error(ErrorKind::experiment, "its tensor " + name +
                                         " would hold more numbers than any machine's memory: expected a smaller "
                                         "model, such as a smaller hidden_size or vocab_size");
}

}  // namespace

at::Tensor ParameterSet::add(const std::string& name, at::IntArrayRef shape, Part part, Initializer initializer,
                             bool transposed_in_file) {
  require_possible(name, shape);
  Parameter parameter{.name = name,
                      .tensor = at::empty(shape, at::TensorOptions().dtype(at::kFloat)).set_requires_grad(true),
                      .part = part,
                      .decays = shape.size() > 1 && name.find("bias") == std::string::npos,
                      .transposed_in_file = transposed_in_file};
  list_.push_back(parameter);
  initializers_.push_back(initializer);
  return parameter.tensor;
}

void ParameterSet::initialize() {
  const at::NoGradGuard no_grad;
  for (std::size_t i = 0; i < list_.size(); ++i) {
    const at::Tensor& tensor = list_[i].tensor;
    switch (initializers_[i].kind) {
      case Initializer::Kind::normal:
        fill_normal(tensor, initializers_[i].value);
        break;
      case Initializer::Kind::constant:
        tensor.fill_(initializers_[i].value);
        break;
      case Initializer::Kind::sinusoidal:
        fill_sinusoidal(tensor);
        break;
    }
    if (initializers_[i].zero_row >= 0) tensor.select(0, initializers_[i].zero_row).zero_();
  }
}

}  // namespace folio::nn
