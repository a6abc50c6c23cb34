#include "nn/attention/attention.h"

#include <ATen/Parallel.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/sum.h>

#include <cmath>
#include <limits>
#include <vector>

#include "nn/differentiable.h"
#include "nn/elements.h"
#include "nn/kernels/softmax.h"
#include "nn/layers/dropout.h"
#include "nn/precision.h"

namespace folio::nn {
namespace {

/// [batch, heads, length, width] -> [batch * heads, length, width], contiguous
at::Tensor stack_heads(const at::Tensor& tensor) {
  return tensor.reshape({tensor.size(0) * tensor.size(1), tensor.size(2), tensor.size(3)}).contiguous();
}

/// What a row of scores may see, and how it is scaled and biased. Rows are those of [batch, heads, queries].
struct ScoreRows {
  std::int64_t heads, queries, keys;
  bool causal;
  at::Tensor key_mask;  // [batch, keys], contiguous, or undefined
  at::Tensor bias;      // [heads, queries, keys], contiguous, or undefined
  float scale;

  std::int64_t visible(std::int64_t row) const { return causal ? keys - queries + row % queries + 1 : keys; }
  const bool* seen(std::int64_t row) const {
    return key_mask.defined() ? key_mask.const_data_ptr<bool>() + row / queries / heads * keys : nullptr;
  }
  const float* row_bias(std::int64_t row) const {
    return bias.defined() ? bias.const_data_ptr<float>() + row % (heads * queries) * keys : nullptr;
  }
};

/// Turns scores into probabilities in place; gives these after dropout.
at::Tensor softmax_in_place(const at::Tensor& scores, const ScoreRows& rows, const kernels::Dropout& dropout_mask) {
  const std::int64_t keys = rows.keys;
  at::Tensor dropped = at::empty_like(scores);
  at::parallel_for(0, scores.numel() / keys, row_grain(keys), [&](std::int64_t first, std::int64_t last) {
    std::vector<float> scratch(3 * static_cast<std::size_t>(keys));
    float* const second_scratch = scratch.data() + keys;
    float* const biased = second_scratch + keys;
    const auto in_place = write_elements(scores);
    const auto to = write_elements(dropped);
    for (std::int64_t row = first; row < last; ++row) {
      const std::int64_t begin = row * keys;
      const float* in = kernels::load(read_elements(scores), begin, keys, scratch.data());
      float scale = rows.scale;
      if (const float* bias = rows.row_bias(row)) {
        kernels::scale_and_add_row(in, keys, scale, bias, biased);
        in = biased;
        scale = 1;
      }
      float* probabilities = kernels::place(in_place, begin, scratch.data());
      float* dropped_row = kernels::place(to, begin, second_scratch);
      kernels::softmax_row(in, keys, rows.visible(row), rows.seen(row), scale, dropout_mask,
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

/// The gradient of the bias: that of the scores before they were scaled, added up over the batch.
at::Tensor bias_gradient_of(const at::Tensor& scores_gradient, at::IntArrayRef bias_sizes, float scale) {
  const at::Tensor sum =
      scores_gradient.view({-1, bias_sizes[0], bias_sizes[1], bias_sizes[2]}).sum(0, /*keepdim=*/false, at::kFloat);
  return scale == 1 ? sum : sum.div(scale);
}

/// What the two passes of the attention below share.
struct AttentionCall {
  std::vector<std::int64_t> query_sizes;  // [batch, heads, queries, width]
  std::vector<std::int64_t> bias_sizes;   // [heads, queries, keys], or empty
  float scale;
  kernels::Dropout dropout_mask;

  /// Of query, key, value and bias. `saved`: queries, keys, values, [batch * heads, length, width] each, probabilities
  Tensors backward(const Tensors& saved, const Tensors& gradients) const {
    const WithoutAutocast plain;
    const at::Tensor& q = saved[0];
    const at::Tensor& k = saved[1];
    const at::Tensor& v = saved[2];
    const auto& sizes = query_sizes;
    const at::Tensor output_gradient =
        stack_heads(gradients[0].view({sizes[0], sizes[2], sizes[1], sizes[3]}).transpose(1, 2)).view(q.sizes());
    const at::Tensor scores_gradient = at::bmm(output_gradient, v.transpose(1, 2));  // of the dropped, until next
    const at::Tensor dropped = softmax_backward_in_place(saved[3], scores_gradient, scale, dropout_mask);
    const auto apart = [&](const at::Tensor& tensor) { return tensor.unflatten(0, {sizes[0], -1}); };
    return {at::bmm(scores_gradient, k).view(sizes), apart(at::bmm(scores_gradient.transpose(1, 2), q)),
            apart(at::bmm(dropped.transpose(1, 2), output_gradient)),
            bias_sizes.empty() ? at::Tensor() : bias_gradient_of(scores_gradient, bias_sizes, scale)};
  }
};

/// Attention on the processor with dropout, where libtorch has only its step-by-step composition, or with a bias, whose
/// gradient it makes in the same way. Keeps the probabilities, in the operands' type, and no mask. The queries of the
/// heads that share a key's head stand one below the other in one matrix product.
ForwardPass fused_attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                            const AttentionMask& mask, const at::Tensor& bias, float scale, double p) {
  const WithoutAutocast plain;
  const std::int64_t key_heads = key.size(0) * key.size(1);
  const at::Tensor k = stack_heads(key);
  const at::Tensor v = stack_heads(value);
  const at::Tensor q = stack_heads(query).view({key_heads, -1, query.size(3)});
  const ScoreRows rows{.heads = query.size(1),
                       .queries = query.size(2),
                       .keys = key.size(2),
                       .causal = mask.causal,
                       .key_mask = mask.keys.defined() ? mask.keys.contiguous() : at::Tensor(),
                       .bias = bias.defined() ? bias.contiguous() : at::Tensor(),
                       .scale = scale};
  AttentionCall call{.query_sizes = query.sizes().vec(),
                     .bias_sizes = bias.defined() ? bias.sizes().vec() : std::vector<std::int64_t>(),
                     .scale = scale,
                     .dropout_mask = draw_dropout(p)};
  const at::Tensor probabilities = at::bmm(q, k.transpose(1, 2));  // scores, until the next line
  const at::Tensor dropped = softmax_in_place(probabilities, rows, call.dropout_mask);
  const at::Tensor output = at::bmm(dropped, v).view(query.sizes());  // [batch, heads, queries, width]
  return {.outputs = {output.transpose(1, 2).reshape({query.size(0), query.size(2), query.size(1) * query.size(3)})},
          .saved = {q, k, v, probabilities},
          .backward = [call = std::move(call)](const Tensors& saved, const Tensors& gradients) {
            return call.backward(saved, gradients);
          }};
}

/// What libtorch's attention takes beside its `is_causal`, which must then be off: a mask [batch, 1, queries or 1,
/// keys] bool, or a bias of the scores with the hidden keys at minus infinity, [1 or batch, heads, queries, keys] in
/// the queries' type. None where `is_causal` says all.
std::optional<at::Tensor> dense_mask(const AttentionMask& mask, const at::Tensor& query, std::int64_t keys,
                                     const at::Tensor& bias) {
  const std::int64_t queries = query.size(2);
  const bool triangle = mask.causal && queries > 1;  // a single query, the last, sees all keys
  std::optional<at::Tensor> seen;
  if (mask.keys.defined()) seen = mask.keys.unsqueeze(1).unsqueeze(1);
  if (triangle && (seen || bias.defined() || queries != keys)) {
    const at::Tensor before = at::ones({queries, keys}, query.options().dtype(at::kBool)).tril(keys - queries);
    seen = seen ? seen->logical_and(before) : before.unsqueeze(0).unsqueeze(0);
  }
  if (!bias.defined()) return seen;
  const at::Tensor scores = bias.unsqueeze(0).to(query.scalar_type());
  return seen ? scores.masked_fill(seen->logical_not(), -std::numeric_limits<double>::infinity()) : scores;
}

/// Each key head as often as there are heads that it serves.
at::Tensor repeat_heads(const at::Tensor& tensor, std::int64_t heads) {
  if (tensor.size(1) == heads) return tensor;
  return tensor.unsqueeze(2).expand({-1, -1, heads / tensor.size(1), -1, -1}).flatten(1, 2);
}

}  // namespace

at::Tensor attend(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, const AttentionMask& mask,
                  double p, const Scoring& scoring) {
  const double scale = scoring.scale.value_or(1 / std::sqrt(static_cast<double>(query.size(3))));
  if (query.is_cpu() && (p > 0 || scoring.bias.defined())) {
    return differentiable({query, key, value, scoring.bias}, [&] {
      return fused_attention(query, key, value, mask, scoring.bias, static_cast<float>(scale), p);
    })[0];
  }
  const std::optional<at::Tensor> dense = dense_mask(mask, query, key.size(2), scoring.bias);
  const bool is_causal = mask.causal && !dense.has_value() && query.size(2) > 1;
  const at::Tensor output = at::scaled_dot_product_attention(
      query, repeat_heads(key, query.size(1)), repeat_heads(value, query.size(1)), dense, p, is_causal, scale);
  return output.transpose(1, 2).flatten(2);  // [batch, queries, heads * width]
}

}  // namespace folio::nn
