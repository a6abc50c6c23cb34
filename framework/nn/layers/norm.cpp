#include "nn/layers/norm.h"

#include <ATen/Parallel.h>
#include <ATen/ops/add.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/rms_norm.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <vector>

#include "nn/differentiable.h"
#include "nn/elements.h"
#include "nn/kernels/norm.h"
#include "nn/layers/dropout.h"
#include "nn/precision.h"

namespace folio::nn {
namespace {

/// Rows whose gradients of weight and bias are added up by one thread. Fixed, so that the order of the additions, and
/// with it the result to the last bit, does not depend on the number of threads.
constexpr std::int64_t kBlockRows = 32;

std::int64_t row_count(const at::Tensor& tensor) { return tensor.numel() / tensor.size(-1); }

/// [rows, 2]: mean and inverse deviation of each row, as kernels::NormStatistics lays them out.
kernels::NormStatistics* statistics_of(const at::Tensor& tensor) {
  static_assert(sizeof(kernels::NormStatistics) == 2 * sizeof(float));
  return reinterpret_cast<kernels::NormStatistics*>(tensor.mutable_data_ptr<float>());
}

/// The tensors of one backward pass; the undefined ones are not wanted or not there.
struct Backward {
  at::Tensor sum, statistics, weight;           // from the forward pass
  at::Tensor sum_gradient, normed_gradient;     // given; sum_gradient may be undefined
  at::Tensor residual_gradient;                 // float32, as sum
  at::Tensor branch_gradient;                   // may be undefined
  at::Tensor weight_gradients, bias_gradients;  // [blocks, width], zero; the second undefined for an RMS norm
  kernels::Dropout mask;

  void run_block(std::int64_t block) const {
    const std::int64_t width = sum.size(-1);
    const std::int64_t last = std::min(row_count(sum), (block + 1) * kBlockRows);
    std::vector<float> gradient(static_cast<std::size_t>(width));
    std::vector<float> branch(static_cast<std::size_t>(width));
    float* weight_gradient = weight_gradients.mutable_data_ptr<float>() + block * width;
    for (std::int64_t row = block * kBlockRows; row < last; ++row) {
      const std::int64_t begin = row * width;
      float* target = residual_gradient.mutable_data_ptr<float>() + begin;
      const float* in = sum.const_data_ptr<float>() + begin;
      const float* given = kernels::load(read_elements(normed_gradient), begin, width, gradient.data());
      const kernels::NormStatistics row_statistics = statistics_of(statistics)[row];
      if (bias_gradients.defined()) {
        kernels::layer_norm_row_backward(in, given, width, weight.const_data_ptr<float>(), row_statistics, target,
                                         weight_gradient, bias_gradients.mutable_data_ptr<float>() + block * width);
      } else {
        kernels::rms_norm_row_backward(in, given, width, weight.const_data_ptr<float>(), row_statistics, target,
                                       weight_gradient);
      }
      if (sum_gradient.defined()) kernels::add_row(sum_gradient.const_data_ptr<float>() + begin, width, target);
      if (branch_gradient.defined()) {
        const auto to = write_elements(branch_gradient);
        float* dropped = kernels::place(to, begin, branch.data());
        kernels::drop_row(target, width, mask, static_cast<std::uint64_t>(row), dropped);
        kernels::store(dropped, width, to, begin);
      }
    }
  }
};

/// A norm of a residual and of a branch that is added to it.
struct AddedNorm {
  at::Tensor residual;
  at::Tensor branch;  // undefined: the sum is the residual
  at::Tensor weight;
  at::Tensor bias;  // undefined: an RMS normalisation
  double epsilon;
  double p;             // of the branch's dropout
  at::ScalarType type;  // of what is normed

  /// The sum, where there is a branch, and what is normed.
  ForwardPass forward() const;
  Tensors operator()() const {
    return differentiable({residual, branch, weight, bias}, [this] { return forward(); });
  }
};

/// Of residual, branch, weight and bias; `saved`: sum, statistics, weight.
Tensors added_norm_backward(const Tensors& saved, const Tensors& gradients, bool biased,
                            std::optional<at::ScalarType> branch_type, const kernels::Dropout& mask) {
  Backward pass;
  pass.sum = saved[0];
  pass.statistics = saved[1];
  pass.weight = saved[2];
  if (branch_type && gradients[0].defined()) pass.sum_gradient = gradients[0].contiguous();
  pass.normed_gradient = gradients.back().defined() ? gradients.back().contiguous() : at::zeros_like(pass.sum);
  pass.residual_gradient = at::empty_like(pass.sum);
  if (branch_type) pass.branch_gradient = at::empty_like(pass.sum, pass.sum.options().dtype(*branch_type));
  const std::int64_t blocks = (row_count(pass.sum) + kBlockRows - 1) / kBlockRows;
  pass.weight_gradients = at::zeros({blocks, pass.sum.size(-1)}, pass.sum.options());
  if (biased) pass.bias_gradients = at::zeros_like(pass.weight_gradients);
  pass.mask = mask;
  at::parallel_for(0, blocks, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t block = first; block < last; ++block) pass.run_block(block);
  });
  return {pass.residual_gradient, pass.branch_gradient, pass.weight_gradients.sum(0),
          biased ? pass.bias_gradients.sum(0) : at::Tensor()};
}

ForwardPass AddedNorm::forward() const {
  const std::int64_t width = residual.size(-1);
  const bool branched = branch.defined();
  const bool biased = bias.defined();
  const at::Tensor stream = residual.contiguous();
  const at::Tensor added = branched ? branch.contiguous() : at::Tensor();
  const at::Tensor sum = branched ? at::empty_like(stream) : stream;
  const at::Tensor normed = at::empty_like(stream, stream.options().dtype(type));
  const at::Tensor statistics = at::empty({row_count(stream), 2}, stream.options());
  const kernels::Dropout mask = draw_dropout(p);
  at::parallel_for(0, row_count(stream), row_grain(width), [&](std::int64_t first, std::int64_t last) {
    std::vector<float> scratch(static_cast<std::size_t>(width));
    const auto to = write_elements(normed);
    for (std::int64_t row = first; row < last; ++row) {
      const std::int64_t begin = row * width;
      if (branched) {
        kernels::add_dropped_row(stream.const_data_ptr<float>() + begin,
                                 kernels::load(read_elements(added), begin, width, scratch.data()), width, mask,
                                 static_cast<std::uint64_t>(row), sum.mutable_data_ptr<float>() + begin);
      }
      float* target = kernels::place(to, begin, scratch.data());
      const float* in = sum.const_data_ptr<float>() + begin;
      const auto* gain = weight.const_data_ptr<float>();
      const auto floor = static_cast<float>(epsilon);
      statistics_of(statistics)[row] =
          biased ? kernels::layer_norm_row(in, width, gain, bias.const_data_ptr<float>(), floor, target)
                 : kernels::rms_norm_row(in, width, gain, floor, target);
      kernels::store(target, width, to, begin);
    }
  });
  const auto branch_type = branched ? std::optional(branch.scalar_type()) : std::nullopt;
  return {.outputs = branched ? Tensors{sum, normed} : Tensors{normed},
          .saved = {sum, statistics, weight},
          .backward = [biased, branch_type, mask](const Tensors& saved, const Tensors& gradients) {
            return added_norm_backward(saved, gradients, biased, branch_type, mask);
          }};
}

}  // namespace

LayerNorm::LayerNorm(ParameterSet& parameters, const std::string& name, std::int64_t width, double epsilon)
    : weight_(parameters.add(name + ".weight", {width}, Part::norms, ones())),
      bias_(parameters.add(name + ".bias", {width}, Part::norms, zeros())),
      epsilon_(epsilon) {}

at::Tensor LayerNorm::operator()(const at::Tensor& input) const {
  if (!input.is_cpu()) return at::layer_norm(input, weight_.sizes(), weight_, bias_, epsilon_);
  return AddedNorm{input, {}, weight_, bias_, epsilon_, 0, compute_type(input)}()[0];
}

std::pair<at::Tensor, at::Tensor> LayerNorm::add(const at::Tensor& residual, const at::Tensor& branch, double p) const {
  if (!residual.is_cpu()) {
    const at::Tensor sum = at::add(residual, dropout(branch, p));
    return {sum, (*this)(sum)};
  }
  const Tensors results = AddedNorm{residual, branch, weight_, bias_, epsilon_, p, compute_type(residual)}();
  return {results[0], results[1]};
}

RmsNorm::RmsNorm(ParameterSet& parameters, const std::string& name, const Options& options)
    : weight_(parameters.add(name + ".weight", {options.width}, Part::norms, options.weight)),
      epsilon_(options.epsilon) {}

at::Tensor RmsNorm::operator()(const at::Tensor& input) const {
  if (!input.is_cpu()) return at::rms_norm(input, weight_.sizes(), weight_, epsilon_);
  return AddedNorm{input, {}, weight_, {}, epsilon_, 0, compute_type(input)}()[0];
}

std::pair<at::Tensor, at::Tensor> RmsNorm::add(const at::Tensor& residual, const at::Tensor& branch, double p) const {
  if (!residual.is_cpu()) {
    const at::Tensor sum = at::add(residual, dropout(branch, p));
    return {sum, (*this)(sum)};
  }
  const Tensors results = AddedNorm{residual, branch, weight_, {}, epsilon_, p, compute_type(residual)}();
  return {results[0], results[1]};
}

at::Tensor LayerNorm::stream(const at::Tensor& input) const {
  if (!input.is_cpu()) return at::layer_norm(input, weight_.sizes(), weight_, bias_, epsilon_);
  return AddedNorm{input, {}, weight_, bias_, epsilon_, 0, at::kFloat}()[0];
}

at::Tensor LayerNorm::stream(const at::Tensor& residual, const at::Tensor& branch, double p) const {
  if (!residual.is_cpu()) return stream(at::add(residual, dropout(branch, p)));
  return AddedNorm{residual, branch, weight_, bias_, epsilon_, p, at::kFloat}()[1];
}

}  // namespace folio::nn
