#include "nn/layers/tied_head.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/scalar_tensor.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <numeric>
#include <vector>

#include "folio/objective.h"
#include "nn/differentiable.h"
#include "nn/elements.h"
#include "nn/kernels/cross_entropy.h"
#include "nn/precision.h"

namespace folio::nn {
namespace {

/// The cross-entropy of each row of `logits` [rows, vocabulary], 0 of one whose label is kIgnoredLabel; a share
/// `smoothing` of each label is spread over the vocabulary. With a factor that is not 0 the logits are overwritten with
/// the gradient of factor * sum.
std::vector<float> cross_entropies(const at::Tensor& logits, const at::Tensor& labels, float smoothing,
                                   float gradient_factor) {
  const std::int64_t rows = logits.size(0);
  const std::int64_t vocabulary = logits.size(1);
  const auto* label = labels.const_data_ptr<std::int64_t>();
  const auto elements = write_elements(logits);
  std::vector<float> losses(static_cast<std::size_t>(rows));
  at::parallel_for(0, rows, row_grain(vocabulary), [&](std::int64_t first, std::int64_t last) {
    std::vector<float> scratch(static_cast<std::size_t>(vocabulary));
    for (std::int64_t row = first; row < last; ++row) {
      const std::int64_t begin = row * vocabulary;
      if (label[row] == kIgnoredLabel) {
        if (gradient_factor != 0) {
          std::fill(scratch.begin(), scratch.end(), 0.0F);
          kernels::store(scratch.data(), vocabulary, elements, begin);
        }
        continue;
      }
      const float* in = kernels::load(read_elements(logits), begin, vocabulary, scratch.data());
      const float log_sum_exp = kernels::log_sum_exp_row(in, vocabulary);
      float said = in[label[row]];  // the logit of what is to be said
      if (smoothing > 0) said += smoothing * (kernels::mean_of_row(in, vocabulary) - said);
      losses[static_cast<std::size_t>(row)] = log_sum_exp - said;
      if (gradient_factor != 0) {
        float* gradient = kernels::place(elements, begin, scratch.data());
        kernels::cross_entropy_row_backward(in, vocabulary, log_sum_exp, label[row], smoothing, gradient_factor,
                                            gradient);
        kernels::store(gradient, vocabulary, elements, begin);
      }
    }
  });
  return losses;
}

/// Rows of the table that one matrix product takes: its result is converted or copied while it is in the cache, and
/// MKL's and oneDNN's products of all rows at once are slower by up to a half.
constexpr std::int64_t kPieceRows = 6144;

/// Calls work(begin, end) for pieces of [0, rows).
template <typename Work>
void for_table_pieces(std::int64_t rows, const Work& work) {
  for (std::int64_t begin = 0; begin < rows; begin += kPieceRows) work(begin, std::min(rows, begin + kPieceRows));
}

/// inputs weight^T + bias: [rows, width], [vocabulary, width], [vocabulary] or undefined -> [rows, vocabulary]
at::Tensor project(const at::Tensor& inputs, const at::Tensor& weight, const at::Tensor& bias) {
  if (inputs.scalar_type() != at::kFloat) return at::linear(inputs, weight, bias);
  at::Tensor logits = at::empty({inputs.size(0), weight.size(0)}, inputs.options());
  for_table_pieces(weight.size(0), [&](std::int64_t begin, std::int64_t end) {
    const at::Tensor piece_bias = bias.defined() ? bias.slice(0, begin, end) : bias;
    logits.slice(1, begin, end).copy_(at::linear(inputs, weight.slice(0, begin, end), piece_bias));
  });
  return logits;
}

/// logits_gradient^T inputs in float32: [rows, vocabulary], [rows, width] -> [vocabulary, width]
at::Tensor table_gradient_of(const at::Tensor& logits_gradient, const at::Tensor& inputs) {
  at::Tensor gradient = at::empty({logits_gradient.size(1), inputs.size(1)}, inputs.options().dtype(at::kFloat));
  for_table_pieces(gradient.size(0), [&](std::int64_t begin, std::int64_t end) {
    gradient.slice(0, begin, end).copy_(at::mm(logits_gradient.slice(1, begin, end).t(), inputs));
  });
  return gradient;
}

/// Which gradients are asked for: a frozen table's, or that of hidden states below which nothing is learned, is spared
/// its matrix product.
struct Wanted {
  bool hidden, table, bias;

  bool any() const { return hidden || table || bias; }
};

/// Of hidden, table and bias; `saved`: inputs, weight, the gradient of the logits.
Tensors projected_loss_backward(const Tensors& saved, const Tensors& gradients, at::ScalarType hidden_type,
                                const Wanted& wanted) {
  const WithoutAutocast plain;
  const auto [inputs, weight, logits_gradient] = std::tie(saved[0], saved[1], saved[2]);
  Tensors results(3);
  if (wanted.hidden) results[0] = at::mm(logits_gradient, weight).to(hidden_type);
  if (wanted.table) results[1] = table_gradient_of(logits_gradient, inputs);
  if (wanted.bias) results[2] = logits_gradient.sum(0, /*keepdim=*/false, at::kFloat);
  const at::Tensor& factor = gradients[0];  // 1, unless the loss was scaled
  if (factor.item<float>() == 1) return results;
  for (const at::Tensor& result : results)
    if (result.defined()) result.mul_(factor);
  return results;
}

/// Projection and cross-entropy in one, on the processor. The logits exist once, in the compute type, and become their
/// own gradient in place where one is asked for.
/// hidden [rows, width], table [vocabulary, width] float32, bias [vocabulary] float32 or undefined, labels [rows]
ForwardPass projected_loss(const at::Tensor& hidden, const at::Tensor& table, const at::Tensor& bias,
                           const at::Tensor& labels, double items, double smoothing, at::ScalarType type,
                           const Wanted& wanted) {
  const WithoutAutocast plain;
  const at::Tensor inputs = hidden.to(type);
  const at::Tensor weight = table.to(type);
  const at::Tensor logits = project(inputs, weight, bias.defined() ? bias.to(type) : at::Tensor());
  const std::vector<float> losses = cross_entropies(logits, labels, static_cast<float>(smoothing),
                                                    wanted.any() ? static_cast<float>(1 / items) : 0.0F);
  const double sum = std::accumulate(losses.begin(), losses.end(), 0.0);
  const at::Tensor loss = at::scalar_tensor(sum / items, at::TensorOptions().dtype(at::kFloat));
  if (!wanted.any()) return {.outputs = {loss}, .saved = {}, .backward = {}};
  return {.outputs = {loss},
          .saved = {inputs, weight, logits},
          .backward = [hidden_type = hidden.scalar_type(), wanted](const Tensors& saved, const Tensors& gradients) {
            return projected_loss_backward(saved, gradients, hidden_type, wanted);
          }};
}

}  // namespace

ScoredRows scored_rows(const at::Tensor& hidden, const at::Tensor& labels) {
  const at::Tensor flat_labels = labels.flatten();
  const at::Tensor chosen = flat_labels.ne(kIgnoredLabel).nonzero().squeeze(1);
  if (chosen.numel() == flat_labels.numel()) return {hidden.flatten(0, -2), flat_labels};
  return {hidden.flatten(0, -2).index_select(0, chosen), flat_labels.index_select(0, chosen)};
}

ScoredRows evened_rows(const at::Tensor& hidden, const at::Tensor& labels) {
  const at::Tensor flat_labels = labels.flatten();
  const at::Tensor chosen = flat_labels.ne(kIgnoredLabel).nonzero().squeeze(1);
  const std::int64_t count = chosen.numel();
  if (count == 0 || count == flat_labels.numel()) return scored_rows(hidden, labels);
  // Sixteen numbers from one power of two to the next, of eight rows at least.
  const auto step =
      std::max<std::int64_t>(8, static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(count))) / 16);
  const std::int64_t more = (count + step - 1) / step * step - count;
  const at::Tensor rows = at::cat({chosen, chosen.slice(0, 0, 1).expand({more})});
  const at::Tensor row_labels =
      at::cat({flat_labels.index_select(0, chosen), at::full({more}, kIgnoredLabel, flat_labels.options())});
  return {hidden.flatten(0, -2).index_select(0, rows), row_labels};
}

at::Tensor TiedHead::logits(const at::Tensor& hidden) const { return at::linear(hidden, table_, bias_); }

at::Tensor TiedHead::loss(const at::Tensor& hidden, const at::Tensor& labels, std::int64_t num_items,
                          double smoothing) const {
  return loss(scored_rows(hidden, labels), num_items, smoothing);
}

at::Tensor TiedHead::loss(const ScoredRows& scored, std::int64_t num_items, double smoothing) const {
  const auto& [rows, row_labels] = scored;
  if (!rows.is_cpu()) {
    return at::cross_entropy_loss(logits(rows).to(at::kFloat), row_labels, {}, at::Reduction::Sum, kIgnoredLabel,
                                  smoothing)
        .div(static_cast<double>(num_items));
  }
  check_labels(row_labels);
  const auto wants = [](const at::Tensor& tensor) {
    return at::GradMode::is_enabled() && tensor.defined() && tensor.requires_grad();
  };
  const Wanted wanted{.hidden = wants(rows), .table = wants(table_), .bias = wants(bias_)};
  return differentiable({rows, table_, bias_}, [&, &rows = rows, &labels_of_rows = row_labels] {
    return projected_loss(rows, table_, bias_, labels_of_rows.contiguous(), static_cast<double>(num_items), smoothing,
                          compute_type(rows), wanted);
  })[0];
}

at::Tensor TiedHead::token_losses(const at::Tensor& hidden, const at::Tensor& labels) const {
  const at::NoGradGuard no_grad;
  const auto [rows, row_labels] = scored_rows(hidden, labels);
  if (!hidden.is_cpu()) return at::cross_entropy_loss(logits(rows).to(at::kFloat), row_labels, {}, at::Reduction::None);
  check_labels(row_labels);
  const at::ScalarType type = compute_type(hidden);
  const WithoutAutocast plain;
  const at::Tensor logits = project(rows.to(type), table_.to(type), bias_.defined() ? bias_.to(type) : at::Tensor());
  const std::vector<float> losses = cross_entropies(logits, row_labels.contiguous(), 0, 0);
  at::Tensor result = at::empty({row_labels.numel()}, at::kFloat);
  std::copy(losses.begin(), losses.end(), result.mutable_data_ptr<float>());
  return result;
}

void TiedHead::check_labels(const at::Tensor& labels) const {
  const at::Tensor known = labels.eq(kIgnoredLabel).logical_or(labels.ge(0).logical_and(labels.lt(table_.size(0))));
  TORCH_CHECK_INDEX(known.all().item<bool>(), "a label is out of range: labels are from 0 to ", table_.size(0) - 1,
                    " or ", kIgnoredLabel);
}

}  // namespace folio::nn
