#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "nn/parameters.h"

namespace folio::nn {

/// A learned vector for each id.
class Embedding {
 public:
  struct Options {
    std::int64_t count = 0;
    std::int64_t width = 0;
    Initializer weight;
    /// Whether the table is the output layer's too (TiedHead). Its gradient from here is then kept sparse, and added to
    /// the dense one of the head in place: a dense one costs three more passes over the table's memory.
    bool tied = false;
    /// The id of the padding token, if any: its vector begins as zeros and gets no gradient from here.
    std::int64_t padding_id = -1;
  };

  /// Adds `name`.weight, [count, width].
  Embedding(ParameterSet& parameters, const std::string& name, const Options& options);

  /// ids [...] int64 -> [..., width] float32. Throws c10::Error when an id is out of range.
  at::Tensor operator()(const at::Tensor& ids) const;

  const at::Tensor& weight() const { return weight_; }

 private:
  at::Tensor weight_;
  bool tied_;
  std::int64_t padding_id_;
};

}  // namespace folio::nn
