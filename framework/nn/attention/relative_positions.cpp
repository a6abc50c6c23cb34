#include "nn/attention/relative_positions.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/log.h>
#include <ATen/ops/where.h>

#include <cmath>

namespace folio::nn {

at::Tensor RelativeBuckets::operator()(const at::Tensor& distances) const {
  const std::int64_t side = bidirectional ? count / 2 : count;
  const std::int64_t exact = side / 2;  // so many short distances have a bucket of their own
  const at::Tensor far = bidirectional ? distances.abs() : distances.neg().clamp_min(0);
  // Step by step in float32 as transformers does it: a distance on the edge of two buckets falls into the same.
  const at::Tensor steps = far.to(at::kFloat)
                               .div(static_cast<double>(exact))
                               .log()
                               .div(std::log(static_cast<double>(max_distance) / static_cast<double>(exact)))
                               .mul(side - exact);
  const at::Tensor wide = steps.clamp(0, side).to(at::kLong).add(exact).clamp_max(side - 1);
  const at::Tensor bucket = at::where(far.lt(exact), far, wide);
  return bidirectional ? bucket.add(distances.gt(0).to(at::kLong).mul(side)) : bucket;
}

RelativePositions::RelativePositions(ParameterSet& parameters, const std::string& name, const Options& options)
    : weight_(
          parameters.add(name + ".weight", {options.buckets.count, options.heads}, Part::embeddings, options.weight)),
      buckets_(options.buckets) {}

at::Tensor RelativePositions::bias(std::int64_t queries, std::int64_t keys) const {
  const auto options = at::TensorOptions().dtype(at::kLong).device(weight_.device());
  const at::Tensor key = at::arange(keys, options).unsqueeze(0);                    // [1, keys]
  const at::Tensor query = at::arange(keys - queries, keys, options).unsqueeze(1);  // [queries, 1]
  const at::Tensor distances = key.sub(query);                                      // [queries, keys]
  const at::Tensor biases = at::embedding(weight_, buckets_(distances));            // [queries, keys, heads]
  return biases.permute({2, 0, 1}).contiguous();                                    // [heads, queries, keys]
}

}  // namespace folio::nn
