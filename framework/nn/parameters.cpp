#include "nn/parameters.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

#include "folio/error.h"

namespace folio::nn {
namespace {

/// Calls fill(part, generator) for all of the tensor on all processors. One number from torch's default generator seeds
/// it, and each stretch of fixed length has a generator of its own, so that the values do not depend on the number of
/// threads.
template <typename Fill>
void fill_randomly(const at::Tensor& tensor, const Fill& fill) {
  constexpr std::int64_t kStretch = 1 << 20;
  auto* generator = at::get_generator_or_default<at::CPUGeneratorImpl>({}, at::detail::getDefaultCPUGenerator());
  const std::uint64_t seed = generator->random64();
  const at::Tensor values = tensor.detach().view(-1);
  const std::int64_t count = values.numel();
  at::parallel_for(0, (count + kStretch - 1) / kStretch, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t stretch = first; stretch < last; ++stretch) {
      const std::int64_t begin = stretch * kStretch;
      fill(values.narrow(0, begin, std::min(kStretch, count - begin)),
           at::detail::createCPUGenerator(seed + static_cast<std::uint64_t>(stretch)));
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

void fill_tensor(const at::Tensor& tensor, const Initializer& initializer) {
  const double value = initializer.value;
  switch (initializer.kind) {
    case Initializer::Kind::normal:
      fill_randomly(tensor, [&](const at::Tensor& part, const at::Generator& from) { part.normal_(0, value, from); });
      break;
    case Initializer::Kind::uniform:
      fill_randomly(tensor,
                    [&](const at::Tensor& part, const at::Generator& from) { part.uniform_(-value, value, from); });
      break;
    case Initializer::Kind::constant:
      tensor.fill_(value);
      break;
    case Initializer::Kind::sinusoidal:
      fill_sinusoidal(tensor);
      break;
  }
  if (initializer.zero_row >= 0) tensor.select(0, initializer.zero_row).zero_();
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

std::shared_ptr<const LinearAdapter> ParameterSet::add_linear(const std::string& name, std::int64_t in,
                                                              std::int64_t out, Part part) {
  linear_layers_.push_back({name, in, out, part, list_.size(), std::make_shared<LinearAdapter>()});
  return linear_layers_.back().adapter;
}

void ParameterSet::initialize() {
  const at::NoGradGuard no_grad;
  for (std::size_t i = 0; i < list_.size(); ++i) fill_tensor(list_[i].tensor, initializers_[i]);
}

std::vector<std::string> ParameterSet::linear_layers() const {
  std::vector<std::string> names;
  for (const LinearLayer& layer : linear_layers_) names.push_back(layer.name);
  return names;
}

void ParameterSet::add_lora(const Lora& lora) {
  if (lora_) throw std::logic_error("adapters are put on a model once");
  for (const Parameter& parameter : list_) parameter.tensor.set_requires_grad(false);
  ParameterSet with_adapters;
  std::size_t copied = 0, adapted = 0;
  const auto copy_until = [&](std::size_t end) {
    for (; copied < end; ++copied) {
      with_adapters.list_.push_back(list_[copied]);
      with_adapters.initializers_.push_back(initializers_[copied]);
    }
  };
  for (const LinearLayer& layer : linear_layers_) {
    copy_until(layer.end);
    if (std::find(lora.layers.begin(), lora.layers.end(), layer.name) == lora.layers.end()) continue;
    ++adapted;
    const auto learned = [&](const char* matrix, at::IntArrayRef shape, const Initializer& initializer) {
      const at::Tensor tensor = with_adapters.add(layer.name + matrix, shape, layer.part, initializer);
      with_adapters.list_.back().of_adapter = true;
      const at::NoGradGuard no_grad;
      fill_tensor(tensor, initializer);
      return tensor;
    };
    // kaiming_uniform_ with a = sqrt(5), as torch's linear layers begin: of the variance 1 / (3 in).
    const double bound = 1 / std::sqrt(static_cast<double>(layer.in));
    layer.adapter->a = learned(".lora_A.weight", {lora.rank, layer.in}, uniform(bound));
    layer.adapter->b = learned(".lora_B.weight", {layer.out, lora.rank}, zeros());
    layer.adapter->scale = lora.scale();
  }
  copy_until(list_.size());
  if (adapted != lora.layers.size()) throw std::logic_error("adapters for a layer that the model has not, or twice");
  list_ = std::move(with_adapters.list_);
  initializers_ = std::move(with_adapters.initializers_);
  lora_ = lora;
}

void ParameterSet::training(bool on) {
  if (!lora_) return;
  for (const LinearLayer& layer : linear_layers_) layer.adapter->dropout = on ? lora_->dropout : 0;
}

}  // namespace folio::nn
