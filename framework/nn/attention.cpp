#include "nn/attention.h"

#include <ATen/Parallel.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <vector>

#include "nn/dropout.h"
#include "nn/elements.h"
#include "nn/kernels/softmax.h"
#include "nn/precision.h"

namespace folio::nn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// [batch, heads, length, width] -> [batch * heads, length, width], contiguous
at::Tensor stack_heads(const at::Tensor& tensor) {
  return tensor.reshape({tensor.size(0) * tensor.size(1), tensor.size(2), tensor.size(3)}).contiguous();
}

float score_scale(const at::Tensor& query) {
  return static_cast<float>(1 / std::sqrt(static_cast<double>(query.size(-1))));
}

/// Turns scores [batch * heads, queries, keys] into probabilities in place; gives these after dropout.
at::Tensor softmax_in_place(const at::Tensor& scores, const at::Tensor& key_mask, bool causal, float scale,
                            const kernels::Dropout& dropout_mask) {
  const std::int64_t queries = scores.size(1);
  const std::int64_t keys = scores.size(2);
  const at::Tensor seen = key_mask.defined() ? key_mask.contiguous() : key_mask;
  const std::int64_t heads = seen.defined() ? scores.size(0) / seen.size(0) : 1;
  at::Tensor dropped = at::empty_like(scores);
  at::parallel_for(0, scores.size(0) * queries, row_grain(keys), [&](std::int64_t first, std::int64_t last) {
    std::vector<float> scratch(2 * static_cast<std::size_t>(keys));
    float* const second_scratch = scratch.data() + keys;
    const auto in_place = write_elements(scores);
    const auto to = write_elements(dropped);
    for (std::int64_t row = first; row < last; ++row) {
      const std::int64_t begin = row * keys;
      const bool* row_mask = seen.defined() ? seen.const_data_ptr<bool>() + row / queries / heads * keys : nullptr;
      const float* in = kernels::load(read_elements(scores), begin, keys, scratch.data());
      float* probabilities = kernels::place(in_place, begin, scratch.data());
      float* dropped_row = kernels::place(to, begin, second_scratch);
      kernels::softmax_row(in, keys, causal ? row % queries + 1 : keys, row_mask, scale, dropout_mask,
                           static_cast<std::uint64_t>(row), probabilities, dropped_row);
      kernels::store(probabilities, keys, in_place, begin);
      kernels::store(dropped_row, keys, to, begin);
    }
  });
  return dropped;
}

/// Turns the gradient with respect to the dropped probabilities into that of the scores, in place; gives the dropped
/// probabilities.
at::Tensor softmax_backward_in_place(const at::Tensor& probabilities, const at::Tensor& gradient, float scale,
                                     const kernels::Dropout& dropout_mask) {
  const std::int64_t keys = gradient.size(2);
  at::Tensor dropped = at::empty_like(gradient);
  at::parallel_for(0, gradient.numel() / keys, row_grain(keys), [&](std::int64_t first, std::int64_t last) {
    std::vector<float> scratch(3 * static_cast<std::size_t>(keys));
    const auto in_place = write_elements(gradient);
    const auto to = write_elements(dropped);
    for (std::int64_t row = first; row < last; ++row) {
      const std::int64_t begin = row * keys;
      const float* probability = kernels::load(read_elements(probabilities), begin, keys, scratch.data());
      const float* in = kernels::load(read_elements(gradient), begin, keys, scratch.data() + keys);
      float* scores_gradient = kernels::place(in_place, begin, scratch.data() + keys);
      float* dropped_row = kernels::place(to, begin, scratch.data() + 2 * keys);
      kernels::softmax_row_backward(probability, in, keys, scale, dropout_mask, static_cast<std::uint64_t>(row),
                                    dropped_row, scores_gradient);
      kernels::store(scores_gradient, keys, in_place, begin);
      kernels::store(dropped_row, keys, to, begin);
    }
  });
  return dropped;
}

/// Attention with dropout on the processor, where libtorch has only its step-by-step composition. Keeps the
/// probabilities, in the operands' type, and no mask.
struct AttentionWithDropout : torch::autograd::Function<AttentionWithDropout> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& query, const at::Tensor& key,
                            const at::Tensor& value, const std::optional<at::Tensor>& key_mask, bool causal, double p) {
    const WithoutAutocast plain;
    const at::Tensor q = stack_heads(query);
    const at::Tensor k = stack_heads(key);
    const at::Tensor v = stack_heads(value);
    const kernels::Dropout dropout_mask = draw_dropout(p);
    const at::Tensor probabilities = at::bmm(q, k.transpose(1, 2));  // scores, until the next line
    const at::Tensor dropped =
        softmax_in_place(probabilities, key_mask.value_or(at::Tensor()), causal, score_scale(q), dropout_mask);
    const at::Tensor output = at::bmm(dropped, v).view(query.sizes());  // [batch, heads, queries, width]
    context->save_for_backward({q, k, v, probabilities});
    context->saved_data["seed"] = static_cast<std::int64_t>(dropout_mask.seed);
    context->saved_data["p"] = p;
    context->saved_data["heads"] = query.size(1);
    return output.transpose(1, 2).reshape({query.size(0), query.size(2), query.size(1) * query.size(3)});
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const WithoutAutocast plain;
    const variable_list saved = context->get_saved_variables();
    const at::Tensor& q = saved[0];
    const at::Tensor& k = saved[1];
    const at::Tensor& v = saved[2];
    const std::int64_t heads = context->saved_data["heads"].toInt();
    const at::Tensor output_gradient =
        stack_heads(gradients[0].view({q.size(0) / heads, q.size(1), heads, q.size(2)}).transpose(1, 2));
    const at::Tensor scores_gradient = at::bmm(output_gradient, v.transpose(1, 2));  // of the dropped, until next
    const at::Tensor dropped = softmax_backward_in_place(
        saved[3], scores_gradient, score_scale(q),
        kernels::Dropout::with_probability(context->saved_data["p"].toDouble(),
                                           static_cast<std::uint64_t>(context->saved_data["seed"].toInt())));
    const auto apart = [heads](const at::Tensor& tensor) { return tensor.unflatten(0, {-1, heads}); };
    return {apart(at::bmm(scores_gradient, k)),
            apart(at::bmm(scores_gradient.transpose(1, 2), q)),
            apart(at::bmm(dropped.transpose(1, 2), output_gradient)),
            at::Tensor(),
            at::Tensor(),
            at::Tensor()};
  }
};

/// The mask as libtorch's attention takes it, undefined where `causal` says all: [batch, 1, queries or 1, keys] bool.
std::optional<at::Tensor> dense_mask(const AttentionMask& mask, std::int64_t queries) {
  if (!mask.keys.defined()) {
    return std::nullopt;
  }
  const at::Tensor keys = mask.keys.unsqueeze(1).unsqueeze(1);
  return mask.causal ? keys.logical_and(at::ones({queries, queries}, keys.options()).tril()) : keys;
}

}  // namespace

at::Tensor attend(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, const AttentionMask& mask,
                  double p) {
  if (query.is_cpu() && p > 0) {
    const auto key_mask = mask.keys.defined() ? std::optional(mask.keys) : std::nullopt;
    return AttentionWithDropout::apply(query, key, value, key_mask, mask.causal, p);
  }
  const std::optional<at::Tensor> dense = dense_mask(mask, query.size(2));
  const at::Tensor output = at::scaled_dot_product_attention(query, key, value, dense, p,
                                                             /*is_causal=*/mask.causal && !dense.has_value());
  return output.transpose(1, 2).flatten(2);  // [batch, queries, heads * width]
}

}  // namespace folio::nn
