#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

#include "nn/parameters.h"

namespace folio::nn {

/// How T5 sorts the distance from a query to a key into buckets (Raffel et al. 2020, section 2.1).
struct RelativeBuckets {
  std::int64_t count = 0;
  std::int64_t max_distance = 0;  ///< from here on all distances share a bucket
  bool bidirectional = true;      ///< half of the buckets are for keys behind the query; else these share bucket 0

  /// The bucket of each key position minus query position, int64: one for each short distance, then wider and wider.
  at::Tensor operator()(const at::Tensor& distances) const;
};

/// A learned bias of the attention's scores for each bucket and head.
class RelativePositions {
 public:
  struct Options {
    RelativeBuckets buckets;
    std::int64_t heads = 0;
    Initializer weight;
  };

  /// Adds `name`.weight, [buckets, heads].
  RelativePositions(ParameterSet& parameters, const std::string& name, const Options& options);

  /// [heads, queries, keys]; the queries stand at the end of the keys.
  at::Tensor bias(std::int64_t queries, std::int64_t keys) const;

 private:
  at::Tensor weight_;
  RelativeBuckets buckets_;
};

}  // namespace folio::nn
