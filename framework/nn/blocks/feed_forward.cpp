#include "nn/blocks/feed_forward.h"

#include "nn/layers/dropout.h"

namespace folio::nn {
namespace {

Linear::Options widening_layer(const FeedForward::Options& options) {
  return {.in = options.hidden,
          .out = options.intermediate,
          .part = Part::feed_forward,
          .weight = options.widening_weight,
          .bias = options.bias,
          .transposed_in_file = options.transposed_in_file};
}

std::optional<Linear> make_gate(ParameterSet& parameters, const FeedForward::Options& options) {
  if (options.gate.empty()) return std::nullopt;
  return Linear(parameters, options.gate, widening_layer(options));
}

}  // namespace

FeedForward::FeedForward(ParameterSet& parameters, const std::string& widening, const std::string& narrowing,
                         const Options& options)
    : gate_(make_gate(parameters, options)),
      widen_(parameters, widening, widening_layer(options)),
      narrow_(parameters, narrowing,
              {.in = options.intermediate,
               .out = options.hidden,
               .part = Part::feed_forward,
               .weight = options.narrowing_weight,
               .bias = options.bias,
               .transposed_in_file = options.transposed_in_file}),
      activation_(options.activation) {}

at::Tensor FeedForward::operator()(const at::Tensor& input, double p) const {
  const at::Tensor wide = gate_ ? activate_gate(activation_, (*gate_)(input), widen_(input))
                                : activate(activation_, widen_(input));  // [..., intermediate]
  return narrow_(dropout(wide, p));                                      // [..., hidden]
}

}  // namespace folio::nn
