#pragma once

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/randn.h>

#include <cstdint>

namespace folio::nn::testing {

/// Sets torch's default generator.
inline void seed(std::uint64_t number) {
  at::Generator generator = at::detail::getDefaultCPUGenerator();
  generator.set_current_seed(number);
}

/// Standard normal numbers, a leaf that wants its gradient.
inline at::Tensor leaf(at::IntArrayRef shape) { return at::randn(shape).set_requires_grad(true); }

/// The largest difference between two tensors, as a share of the largest magnitude in the second.
inline double difference(const at::Tensor& tensor, const at::Tensor& wanted) {
  const at::Tensor reference = wanted.detach().to(at::kDouble);
  return tensor.detach().to(at::kDouble).sub(reference).abs().max().item<double>() /
         reference.abs().max().item<double>();
}

/// Gives the gradient and takes it away, so that the next backward pass begins anew.
inline at::Tensor take_gradient(const at::Tensor& tensor) {
  at::Tensor gradient = tensor.grad();
  tensor.mutable_grad() = at::Tensor();
  return gradient;
}

/// Sets the number of threads while it lives.
class Threads {
 public:
  explicit Threads(int count) : before_(at::get_num_threads()) { at::set_num_threads(count); }
  ~Threads() { at::set_num_threads(before_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int before_;
};

}  // namespace folio::nn::testing
