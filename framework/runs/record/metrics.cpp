#include "runs/record/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "support/human.h"

namespace folio::runs {
namespace {

using enum Direction;

constexpr std::array kMetrics{
    Metric{"train_loss", "nats per token", lower, Aspect::token_loss, Phase::run, Shape::loss,
           "The mean of the training loss over all steps, including the first ones.",
           "The sum of the losses of all steps divided by their number. The loss of a step is the sum of the "
           "cross-entropies of its labels divided by the number of its labels, over all batches accumulated to "
           "it. For `gpt` the labels are counted before the shift, as the Trainer (5.24) counts them for "
           "GPT2LMHeadModel: a sample's first token counts although nothing predicts it, so over samples of *L* tokens "
           "the loss is (*L* − 1)/*L* of the mean over the scored tokens; the fact `scored_share` is that factor. "
           "For every other model the loss is the plain mean over the scored tokens, like the Trainer's for "
           "LlamaForCausalLM (5.23 and 5.24; 4.57 counts the labels of every causal model before the shift). With "
           "accumulated batches the Trainer adds up the batch means of BertForMaskedLM, DistilBertForMaskedLM and "
           "T5ForConditionalGeneration (5.23 and 5.24), so its loss and gradients are too large by the number of "
           "batches, or takes the mean of the batch means (4.57); Folio divides by all labels of the step. The first "
           "steps, when the model knows nothing, count as much as the last."},
    Metric{"train_bits_per_byte", "bits per byte", lower, Aspect::text_loss, Phase::run, Shape::loss,
           "The training loss per byte of text, which does not depend on how the text is cut into tokens.",
           "The cross-entropies of all trained tokens together, divided by the number of those scored, by ln 2 "
           "and by the bytes of text per token. Only for causal models, which predict every token."},
    Metric{"eval_loss", "nats per token", lower, Aspect::token_loss, Phase::evaluation, Shape::loss,
           "The loss on text that the model is not trained on.",
           "The mean of the losses of the evaluation's batches, each weighted by its samples (not by its "
           "tokens). The loss of a batch is the plain mean over its scored tokens, for every model; a batch without "
           "scored tokens is left out. The Trainer's is the same except in two cases. For GPT2LMHeadModel (4.57 to "
           "5.24; with 4.57 for LlamaForCausalLM too) it divides by the labels before the shift, as in training, so "
           "over samples of *L* tokens it is (*L* − 1)/*L* of this. With `label_smoothing_factor` it smooths the "
           "labels of evaluations too; Folio does not."},
    Metric{"eval_loss_stderr", "nats per token", none, Aspect::other, Phase::evaluation, Shape::significant,
           "The standard error of eval_loss: how much it would vary over other texts of the same kind and length.",
           "Standard error of the mean loss over all scored tokens: from the scatter of up to 128 parts of the "
           "evaluation set (whole documents if there are at least ten, otherwise stretches of samples), or from that "
           "of the single tokens' losses if it is larger. Folio's own."},
    Metric{"eval_bits_per_byte", "bits per byte", lower, Aspect::text_loss, Phase::evaluation, Shape::loss,
           "The evaluation loss per byte of text, which does not depend on how the text is cut into tokens.",
           "The cross-entropies of all evaluated tokens together, divided by their number (so weighted by "
           "tokens, not by samples), by ln 2 and by the bytes of text per token. Only for causal models."},
    Metric{"eval_<document>_loss", "nats per token", lower, Aspect::token_loss, Phase::evaluation, Shape::loss,
           "The evaluation loss on this document only.",
           "`eval_loss` of one document's validation part, cut into samples separately. One for each document, if "
           "`training.eval_each_document` is true."},
    Metric{"eval_<document>_loss_stderr", "nats per token", none, Aspect::other, Phase::evaluation, Shape::significant,
           "The standard error of the evaluation loss on this document only.", "`eval_loss_stderr` of the same."},
    Metric{"eval_<document>_bits_per_byte", "bits per byte", lower, Aspect::text_loss, Phase::evaluation, Shape::loss,
           "The evaluation loss per byte of text, on this document only.", "`eval_bits_per_byte` of the same part."},
    Metric{"perplexity", "", lower, Aspect::token_loss, Phase::evaluation, Shape::significant,
           "exp(eval_loss): the model is as unsure as if it had to choose among this many equally likely tokens.",
           "exp(`eval_loss`)."},
    Metric{"train_runtime", "s", lower, Aspect::speed, Phase::run, Shape::seconds,
           "Wall-clock time of the training loop, including evaluations and saving.", "*T*."},
    Metric{"train_samples_per_second", "1/s", higher, Aspect::speed, Phase::run, Shape::significant,
           "Training samples divided by train_runtime.",
           "*n*·*E*, or `max_steps`·*b*·*k* where `max_steps` is set, times the share of the *S* steps that were done, "
           "/ *T*. For a run that stopped early this counts the work done, as in the Trainer (5.23 and 5.24; 4.57 "
           "counts the planned work). With `max_steps` every batch counts as full, even if there are fewer than *b* "
           "samples, as in the Trainer; `tokens_per_second` counts what was actually read."},
    Metric{"train_steps_per_second", "1/s", higher, Aspect::speed, Phase::run, Shape::significant,
           "Optimizer steps divided by train_runtime.", "`global_step` / *T*: the steps that were done."},
    Metric{"tokens_per_second", "1/s", higher, Aspect::speed, Phase::run, Shape::significant,
           "Tokens of text, without padding, that training processed per second.",
           "Tokens of text actually trained on, without padding, divided by *T*. Folio's own."},
    Metric{"tokens_per_second_stderr", "1/s", none, Aspect::speed, Phase::run, Shape::significant,
           "The standard error of tokens_per_second: how much it would vary if the run were repeated on the same, "
           "equally loaded machine.",
           "Standard error of `tokens_per_second`, from the scatter of the speed over stretches of steps; not "
           "recorded for fewer than eight steps. Folio's own."},
    Metric{
        "matmul_share", "share", higher, Aspect::speed, Phase::run, Shape::share,
        "The speed of training as a share of the speed of the model's matrix products alone on this machine.",
        "Floating-point operations of the training steps' matrix products, divided by *T*, as a share of the rate that "
        "products of the same shapes and precision reach alone on this machine: the better of the rates measured "
        "before and after the run, each the best of several rounds. Not recorded if other programs kept the machine "
        "busy (`machine_was_busy` in the environment), if the run was faster than that rate, or if a part of the model "
        "is frozen. Folio's own."},
    Metric{
        "session_train_runtime", "s", none, Aspect::speed, Phase::run, Shape::seconds,
        "Of a resumed run: the time that its last session trained; train_runtime is that of all sessions.",
        "*T* of the last session alone. `train_runtime` adds to it what the sessions before took up to the checkpoint "
        "that was resumed from; what they did after it was done anew and is not counted. Folio's own."},
    Metric{"session_train_loss", "nats per token", none, Aspect::other, Phase::run, Shape::loss,
           "Of a resumed run: the mean training loss over the steps of its last session.",
           "As `train_loss`, over the steps of the last session. Folio's own."},
    Metric{"session_steps", "steps", none, Aspect::other, Phase::run, Shape::count,
           "Of a resumed run: the steps of its last session.", "Steps since the run was last resumed. Folio's own."},
    Metric{
        "save_wait_seconds", "s", lower, Aspect::speed, Phase::run, Shape::seconds,
        "How long training stood still for checkpoints, in all.",
        "Wall-clock time that the training loop waited for checkpoints to be copied or written, in the last session, "
        "the wait for the disk at the run's end included. Folio's own."},
    Metric{
        "step_seconds_while_saving", "s", none, Aspect::speed, Phase::run, Shape::seconds,
        "The mean time of a step while a checkpoint was being written beside it.",
        "Mean wall-clock time of the steps that began while a checkpoint was copied or written beside the training, in "
        "the last session. Folio's own."},
    Metric{"step_seconds_otherwise", "s", none, Aspect::speed, Phase::run, Shape::seconds,
           "The mean time of a step while no checkpoint was being written.",
           "The same for all other steps; recorded where there is the one above. Folio's own."},
    Metric{"peak_memory_bytes", "bytes", lower, Aspect::memory, Phase::run, Shape::bytes,
           "The most memory that the worker used at one time.",
           "The largest resident size of the worker. Folio's own."},
    Metric{"epoch", "epochs", none, Aspect::other, Phase::run, Shape::significant, "Passes over the training samples.",
           "After the *i*-th batch of epoch *e*, both counted from zero: *e* + (*i* + 1) / *M*. A partial batch counts "
           "as a whole one, so an epoch ends on a whole number."},
    Metric{"train_samples", "samples", none, Aspect::other, Phase::run, Shape::count, "Samples in one epoch.", "*n*."},
    Metric{"total_flos", "operations", none, Aspect::other, Phase::run, Shape::significant,
           "Floating-point operations of training: 6 for each input token and each parameter except the embeddings.",
           "Σ 6 · input tokens, padding included, · parameters that are not embeddings. T5's tables of relative "
           "positions are embeddings."},
    Metric{"eval_runtime", "s", lower, Aspect::speed, Phase::evaluation, Shape::seconds,
           "Wall-clock time of the evaluation.", "Wall-clock time of one evaluation."},
    Metric{"eval_samples_per_second", "1/s", higher, Aspect::speed, Phase::evaluation, Shape::significant,
           "Evaluated samples divided by eval_runtime.", "`eval_samples` / `eval_runtime`."},
    Metric{"eval_steps_per_second", "1/s", higher, Aspect::speed, Phase::evaluation, Shape::significant,
           "Evaluated batches divided by eval_runtime.", "The evaluation's batches / `eval_runtime`."},
    Metric{"eval_samples", "samples", none, Aspect::other, Phase::evaluation, Shape::count,
           "Samples in the evaluation set.", "Samples in the evaluation set."},
    Metric{"best_metric", "", none, Aspect::other, Phase::evaluation, Shape::significant,
           "The best value so far of the metric that decides which model is best; by default eval_loss.",
           "The best value so far of `metric_for_best_model`, by default `eval_loss`. The last step counts too: it is "
           "evaluated, whatever the interval, where `eval_strategy` is `steps` or `epoch`, and saved where "
           "`save_strategy` is, as by the Trainer (5.23 and 5.24; 4.57 saves it, but evaluates only every "
           "`eval_steps`)."},
    Metric{"best_step", "steps", none, Aspect::other, Phase::evaluation, Shape::count,
           "The step after which the best model was found.", "The step after which that value was reached."},
    Metric{"global_step", "steps", none, Aspect::other, Phase::run, Shape::count, "Optimizer steps actually done.",
           "Optimizer steps actually done: fewer than planned if a run was interrupted or stopped early."},
    Metric{"loss", "nats per token", lower, Aspect::token_loss, Phase::step, Shape::loss,
           "The mean of the training loss over the steps since it was last logged.",
           "The mean of the steps' losses since the last time, not rounded (the Trainer's 4.57 has four digits)."},
    Metric{"grad_norm", "", none, Aspect::other, Phase::step, Shape::significant,
           "The length of the gradient over all parameters, before clipping.",
           "The Euclidean norm of all gradients together, before clipping."},
    Metric{"learning_rate", "", none, Aspect::other, Phase::step, Shape::significant,
           "The learning rate that the step used.", "The learning rate that the step used."},
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
      return std::abs(value) < 1e6 ? fmt::format("{:.4f}", value) : significant(value);
    case Shape::significant:
      return std::abs(value) >= 1000 && std::abs(value) < 1e12 ? with_commas(std::llround(value)) : significant(value);
    case Shape::count:
      return whole_number(value);
    case Shape::seconds:
      return std::abs(value) < 1e15 ? fmt::format("{:.2f} s", value) : significant(value) + " s";
    case Shape::bytes:
      return human_bytes(value);
    case Shape::share:
      if (value > 1) return "not known";  // of older runs, whose rate was measured too low
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

}  // namespace folio::runs
