#include "results/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "support/human.h"

namespace folio::results {
namespace {

using enum Direction;

constexpr std::array kMetrics{
    Metric{"train_loss", "nats per token", lower, Aspect::token_loss, false, Shape::loss,
           "The mean of the training loss over all steps, the first ones too."},
    Metric{"train_bits_per_byte", "bits per byte", lower, Aspect::text_loss, false, Shape::loss,
           "The training loss per byte of text, which does not depend on how the text is cut into tokens."},
    Metric{"eval_loss", "nats per token", lower, Aspect::token_loss, true, Shape::loss,
           "The loss on text that the model does not train on."},
    Metric{"eval_bits_per_byte", "bits per byte", lower, Aspect::text_loss, true, Shape::loss,
           "The evaluation loss per byte of text, which does not depend on how the text is cut into tokens."},
    Metric{"eval_<document>_loss", "nats per token", lower, Aspect::token_loss, true, Shape::loss,
           "The evaluation loss on this document alone."},
    Metric{"eval_<document>_bits_per_byte", "bits per byte", lower, Aspect::text_loss, true, Shape::loss,
           "The evaluation loss per byte of text, on this document alone."},
    Metric{"perplexity", "", lower, Aspect::token_loss, true, Shape::significant,
           "exp(eval_loss): among how many equally likely tokens the model still wavers."},
    Metric{"train_runtime", "s", lower, Aspect::speed, false, Shape::seconds,
           "Wall-clock time of the training loop, with evaluations and saving in it."},
    Metric{"train_samples_per_second", "1/s", higher, Aspect::speed, false, Shape::significant,
           "Planned samples divided by train_runtime."},
    Metric{"train_steps_per_second", "1/s", higher, Aspect::speed, false, Shape::significant,
           "Planned optimizer steps divided by train_runtime."},
    Metric{"tokens_per_second", "1/s", higher, Aspect::speed, false, Shape::significant,
           "Tokens of the text, padding left out, that training really took in a second."},
    Metric{"matmul_share", "", higher, Aspect::speed, false, Shape::share,
           "The share of the machine's matrix-product rate, measured at the start, that training reached."},
    Metric{"peak_memory_bytes", "bytes", lower, Aspect::memory, false, Shape::bytes,
           "The most memory that the worker held at once."},
    Metric{"epoch", "", none, Aspect::other, false, Shape::significant, "Passes over the training samples."},
    Metric{"train_samples", "", none, Aspect::other, false, Shape::count, "Samples in one epoch."},
    Metric{"total_flos", "", none, Aspect::other, false, Shape::significant,
           "Floating-point operations of training: 6 for each input token and each parameter but the embeddings."},
    Metric{"eval_runtime", "s", lower, Aspect::speed, true, Shape::seconds, "Wall-clock time of the evaluation."},
    Metric{"eval_samples_per_second", "1/s", higher, Aspect::speed, true, Shape::significant,
           "Evaluated samples divided by eval_runtime."},
    Metric{"eval_steps_per_second", "1/s", higher, Aspect::speed, true, Shape::significant,
           "Evaluated batches divided by eval_runtime."},
    Metric{"eval_samples", "", none, Aspect::other, true, Shape::count, "Samples in the evaluation set."},
    Metric{"best_metric", "", none, Aspect::other, true, Shape::significant,
           "The best value yet of the metric that chooses the best model; unless set otherwise, of eval_loss."},
    Metric{"best_step", "", none, Aspect::other, false, Shape::count, "The step after which the best model was found."},
    Metric{"global_step", "", none, Aspect::other, false, Shape::count, "Optimizer steps that were really done."},
    Metric{"loss", "nats per token", lower, Aspect::token_loss, false, Shape::loss,
           "The mean of the training loss over the steps since it was last logged."},
    Metric{"grad_norm", "", none, Aspect::other, false, Shape::significant,
           "The length of the gradient over all parameters, before clipping."},
    Metric{"learning_rate", "", none, Aspect::other, false, Shape::significant,
           "The learning rate that the step used."},
};

/// Whether a name is the declared one, in which <document> may stand for any text.
bool names(std::string_view declared, std::string_view name) {
  constexpr std::string_view kAny = "<document>";
  const std::size_t at = declared.find(kAny);
  if (at == std::string_view::npos) return name == declared;
  const std::string_view before = declared.substr(0, at), after = declared.substr(at + kAny.size());
  return name.size() > before.size() + after.size() && name.starts_with(before) && name.ends_with(after);
}

std::string in_shape(Shape shape, double value) {
  if (!std::isfinite(value)) return significant(value);
  switch (shape) {
    case Shape::loss:
      return fmt::format("{:.4f}", value);
    case Shape::significant:
      return std::abs(value) >= 1000 && std::abs(value) < 1e12 ? with_commas(std::llround(value)) : significant(value);
    case Shape::count:
      return with_commas(std::llround(value));
    case Shape::seconds:
      return fmt::format("{:.2f} s", value);
    case Shape::bytes:
      return human_bytes(value);
    case Shape::share:
      return fmt::format("{:.1f} %", 100 * value);
  }
  __builtin_unreachable();
}

std::size_t place_of(std::string_view name) {
  const auto* found = find_metric(name);
  return found ? static_cast<std::size_t>(found - kMetrics.data()) : kMetrics.size();
}

}  // namespace

std::span<const Metric> all_metrics() { return kMetrics; }

const Metric* find_metric(std::string_view name) {
  const auto* found =
      std::find_if(kMetrics.begin(), kMetrics.end(), [&](const Metric& m) { return names(m.name, name); });
  return found == kMetrics.end() ? nullptr : found;
}

std::string metric_text(std::string_view name, double value) {
  const Metric* metric = find_metric(name);
  return in_shape(metric ? metric->shape : Shape::significant, value);
}

bool shown_before(std::string_view a, std::string_view b) {
  const std::size_t place_a = place_of(a);
  const std::size_t place_b = place_of(b);
  return place_a != place_b ? place_a < place_b : a < b;
}

std::string_view to_string(Direction direction) {
  switch (direction) {
    case lower:
      return "lower";
    case higher:
      return "higher";
    case none:
      return "none";
  }
  __builtin_unreachable();
}

}  // namespace folio::results
