#include "nn/feed_forward.h"

namespace folio::nn {

FeedForward::FeedForward(ParameterSet& parameters, const std::string& widening, const std::string& narrowing,
                         const Options& options)
    : widen_(parameters, widening,
             {.in = options.hidden,
              .out = options.intermediate,
              .part = Part::feed_forward,
              .weight = options.widening_weight,
              .transposed_in_file = options.transposed_in_file}),
      narrow_(parameters, narrowing,
              {.in = options.intermediate,
               .out = options.hidden,
               .part = Part::feed_forward,
               .weight = options.narrowing_weight,
               .transposed_in_file = options.transposed_in_file}),
      activation_(options.activation) {}

at::Tensor FeedForward::operator()(const at::Tensor& input) const {
  return narrow_(activate(activation_, widen_(input)));
}

}  // namespace folio::nn
