#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <utility>

#include "nn/parameters.h"

namespace folio::nn {

/// Layer normalisation over the last dimension (Ba, Kiros, Hinton 2016), in float32, with the steps of the residual
/// stream that stand before it in every transformer.
class LayerNorm {
 public:
  /// Adds `name`.weight and `name`.bias, [width].
  LayerNorm(ParameterSet& parameters, const std::string& name, std::int64_t width, double epsilon);

  /// norm(input): [..., width] float32 -> the same in the compute type.
  at::Tensor operator()(const at::Tensor& input) const;

  /// Adds a branch to the residual stream: gives sum = residual + dropout(branch, p) in float32 and norm(sum) in the
  /// compute type, made in one pass over memory. `residual` is float32 and `branch` float32 or bfloat16, both
  /// [..., width].
  std::pair<at::Tensor, at::Tensor> add(const at::Tensor& residual, const at::Tensor& branch, double p) const;

  /// For models whose residual stream is the norm's result: norm(input), and norm(residual + dropout(branch, p)), both
  /// in float32 whatever the compute type.
  at::Tensor stream(const at::Tensor& input) const;
  at::Tensor stream(const at::Tensor& residual, const at::Tensor& branch, double p) const;

 private:
  at::Tensor weight_;
  at::Tensor bias_;
  double epsilon_;
};

/// Root-mean-square normalisation (Zhang, Sennrich 2019): LayerNorm without mean and bias, and used in the same way.
class RmsNorm {
 public:
  struct Options {
    std::int64_t width = 0;
    double epsilon = 0;
    Initializer weight = ones();
  };

  /// Adds `name`.weight, [width].
  RmsNorm(ParameterSet& parameters, const std::string& name, const Options& options);

  at::Tensor operator()(const at::Tensor& input) const;
  std::pair<at::Tensor, at::Tensor> add(const at::Tensor& residual, const at::Tensor& branch, double p) const;

 private:
  at::Tensor weight_;
  double epsilon_;
};

}  // namespace folio::nn
