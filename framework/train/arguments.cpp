#include "train/arguments.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "folio/error.h"

namespace folio::train {
namespace {

Interval interval(const std::string& name) {
  return name == "no" ? Interval::no : name == "steps" ? Interval::steps : Interval::epoch;
}

Sampling sampling(const std::string& name) {
  if (name == "sequential") return Sampling::sequential;
  return name == "group_by_length" ? Sampling::group_by_length : Sampling::random;
}

OptimizerType optimizer_type(const std::string& name) {
  if (name == "sgd") return OptimizerType::sgd;
  if (name == "rmsprop") return OptimizerType::rmsprop;
  if (name == "adagrad") return OptimizerType::adagrad;
  return name == "adafactor" ? OptimizerType::adafactor : OptimizerType::adamw;
}

/// Which argument needs evaluations during training; null where none does.
const char* wants_evaluation(const TrainingArguments& arguments) {
  if (arguments.load_best_model_at_end) return "training.load_best_model_at_end";
  if (arguments.early_stopping_patience > 0) return "training.early_stopping_patience";
  const bool plateau = arguments.schedule.type == ScheduleType::reduce_lr_on_plateau;
  return plateau ? "training.lr_scheduler_type 'reduce_lr_on_plateau'" : nullptr;
}

void check_together(const TrainingArguments& arguments) {
  if (arguments.warmup_ratio && arguments.warmup_steps > 0) {
    throw Error(ErrorKind::experiment,
                "training.warmup_ratio and training.warmup_steps are both given, but they set the same thing: expected "
                "only one of them");
  }
  const char* wanted = wants_evaluation(arguments);
  if (wanted == nullptr) return;
  if (arguments.eval_strategy == Interval::no) {
    throw Error(ErrorKind::experiment,
                std::string(wanted) + " needs evaluation: training.eval_strategy is 'no', expected 'steps' or 'epoch'");
  }
  const bool together =
      arguments.save_strategy == arguments.eval_strategy &&
      (arguments.save_strategy == Interval::epoch || std::fmod(arguments.save_steps, arguments.eval_steps) == 0);
  if (arguments.load_best_model_at_end && !together) {
    throw Error(ErrorKind::experiment,
                "training.load_best_model_at_end needs a saved model for each evaluation: set save_strategy to the "
                "value of eval_strategy, and save_steps to a multiple of eval_steps");
  }
}

}  // namespace

OptionTable training_option_table() {
  std::vector<Option> options{
      number("num_train_epochs", 3).at_least(0).unit("epochs").help("passes over the training samples"),
      integer("max_steps", -1)
          .unit("steps")
          .help("optimizer steps in total; if positive, it replaces the number of epochs"),
      integer("per_device_train_batch_size", 8).at_least(1).unit("samples").help("samples in a training batch"),
      integer("per_device_eval_batch_size", 8).at_least(1).unit("samples").help("samples in an evaluation batch"),
      integer("gradient_accumulation_steps", 1).at_least(1).unit("batches").help("batches in one optimizer step"),
      boolean("dataloader_drop_last", false).help("leave out the last batch of an epoch if it is not full"),
      text("train_sampling_strategy", "random")
          .choices({"random", "sequential", "group_by_length"})
          .help("the order of samples; group_by_length puts samples of similar length into the same step"),
      number("learning_rate", 5e-5).at_least(0).help("the highest learning rate of the schedule"),
      number("warmup_steps", 0)
          .at_least(0)
          .unit("steps")
          .help("steps in which the learning rate rises; below 1, a share of all steps"),
      number("warmup_ratio")
          .between(0, 1)
          .absent_means("the value of warmup_steps")
          .help("share of all steps in which the learning rate rises, instead of warmup_steps"),
      text("optim", "adamw_torch_fused")
          .choices({"adamw_torch", "adamw_torch_fused", "sgd", "rmsprop", "adagrad", "adafactor"})
          .help("the optimizer, which updates the weights; the first two are the same"),
      number("weight_decay", 0).at_least(0).help("weight decay, for all weights except biases and norms"),
      number("adam_beta1", 0.9).between(0, 1).help("AdamW's beta 1"),
      number("adam_beta2", 0.999).between(0, 1).help("AdamW's beta 2"),
      number("adam_epsilon", 1e-8).at_least(0).help("AdamW's epsilon"),
      number("max_grad_norm", 1)
          .at_least(0)
          .help("gradients with a larger norm are scaled down to this one; 0 turns this off"),
      number("label_smoothing_factor", 0)
          .between(0, 0.999999)
          .help("share of each label's probability that is spread evenly over the vocabulary in training"),
      text_list("freeze")
          .absent_means("all parameters are trained")
          .help("parameters that are not trained, by patterns over their names in Hugging Face's class, such as "
                "'transformer.h.0.*'"),
      integer("seed", 42).at_least(0).help("seed of the initial weights, the dropout and the order of samples"),
      integer("data_seed").at_least(0).absent_means("seed").help("seed of the order of samples only"),
      text("logging_strategy", "steps").choices({"no", "steps", "epoch"}).help("when the loss is recorded"),
      number("logging_steps", 500)
          .at_least(1e-9)
          .unit("steps")
          .help("steps between two records; below 1, a share of all steps"),
      boolean("logging_first_step", false).help("also record the first step"),
      text("eval_strategy", "no").choices({"no", "steps", "epoch"}).help("when the validation share is evaluated"),
      number("eval_steps")
          .at_least(1e-9)
          .unit("steps")
          .absent_means("logging_steps")
          .help("steps between two evaluations; below 1, a share of all steps"),
      number("eval_delay", 0)
          .at_least(0)
          .unit("steps or epochs")
          .help("how many steps or epochs, as in eval_strategy, must pass before the first evaluation"),
      boolean("eval_on_start", false).help("also evaluate before the first step"),
      integer("max_eval_samples")
          .at_least(1)
          .unit("samples")
          .absent_means("all samples")
          .help("evaluate only this many samples, the first ones; with eval_each_document also for each document"),
      boolean("trace", false).help("record a fingerprint of each step in the run's folder, for runner diff --trace"),
      boolean("eval_each_document", false)
          .help("also evaluate each document's validation part separately: eval_<document>_loss"),
      integer("sample_every")
          .at_least(1)
          .unit("steps")
          .absent_means("only at the end")
          .help("let the model write a sample of text each time so many steps are done"),
      text("save_strategy", "steps").choices({"no", "steps", "epoch"}).help("when a checkpoint is saved"),
      number("save_steps", 500)
          .at_least(1e-9)
          .unit("steps")
          .help("steps between two checkpoints; below 1, a share of all steps"),
      number("save_minutes")
          .at_least(0)
          .unit("minutes")
          .absent_means("never")
          .help("also save a checkpoint after the first step that ends so long after the last one was begun"),
      number("hang_minutes", 30)
          .at_least(0)
          .unit("minutes")
          .help("fail the run where the model's code does not come back for so long; 0: never"),
      integer("save_total_limit")
          .at_least(1)
          .unit("checkpoints")
          .absent_means("all checkpoints")
          .help("how many checkpoints are kept, including the best one"),
      boolean("load_best_model_at_end", false).help("at the end, load the checkpoint with the best evaluation"),
      text("metric_for_best_model", "eval_loss")
          .choices({"eval_loss", "loss", "perplexity", "eval_bits_per_byte"})
          .help("the metric that decides which model is best; loss means eval_loss"),
      boolean("greater_is_better", false).help("whether a higher value of that metric is better"),
      integer("early_stopping_patience")
          .at_least(1)
          .unit("evaluations")
          .absent_means("no early stopping")
          .help("stop after this many evaluations in a row without an improvement"),
      number("early_stopping_threshold", 0).at_least(0).help("how large an improvement must be to count"),
      text("precision", "auto")
          .choices({"auto", "float32", "bfloat16"})
          .help("of the matrix products; auto takes the faster one, as measured with the model on this machine"),
      text("device", "auto")
          .choices({"auto", "cpu", "cuda"})
          .help("where to train; auto is cuda if there is a CUDA device"),
  };
  const auto at =
      std::find_if(options.begin(), options.end(), [](const Option& option) { return option.name == "warmup_steps"; });
  const std::vector<Option> of_schedule = schedule_option_list();
  options.insert(at, of_schedule.begin(), of_schedule.end());
  return OptionTable(std::move(options));
}

TrainingArguments training_arguments(const OptionValues& values) {
  TrainingArguments a;
  a.num_train_epochs = values.number("num_train_epochs");
  a.max_steps = values.integer("max_steps");
  a.per_device_train_batch_size = values.integer("per_device_train_batch_size");
  a.per_device_eval_batch_size = values.integer("per_device_eval_batch_size");
  a.gradient_accumulation_steps = values.integer("gradient_accumulation_steps");
  a.dataloader_drop_last = values.boolean("dataloader_drop_last");
  a.sampling = sampling(values.text("train_sampling_strategy"));
  a.learning_rate = values.number("learning_rate");
  a.schedule = schedule_options(values, a.learning_rate);
  a.warmup_steps = values.number("warmup_steps");
  if (values.has("warmup_ratio")) a.warmup_ratio = values.number("warmup_ratio");
  a.optim = optimizer_type(values.text("optim"));
  a.weight_decay = values.number("weight_decay");
  a.adam_beta1 = values.number("adam_beta1");
  a.adam_beta2 = values.number("adam_beta2");
  a.adam_epsilon = values.number("adam_epsilon");
  a.max_grad_norm = values.number("max_grad_norm");
  a.label_smoothing_factor = values.number("label_smoothing_factor");
  if (values.has("freeze")) a.freeze = values.text_list("freeze");
  a.seed = static_cast<std::uint64_t>(values.integer("seed"));
  a.data_seed = values.has("data_seed") ? static_cast<std::uint64_t>(values.integer("data_seed")) : a.seed;
  a.logging_strategy = interval(values.text("logging_strategy"));
  a.logging_steps = values.number("logging_steps");
  a.logging_first_step = values.boolean("logging_first_step");
  a.eval_strategy = interval(values.text("eval_strategy"));
  a.eval_steps = values.has("eval_steps") ? values.number("eval_steps") : a.logging_steps;
  a.eval_delay = values.number("eval_delay");
  a.eval_on_start = values.boolean("eval_on_start");
  a.max_eval_samples = values.has("max_eval_samples") ? values.integer("max_eval_samples") : 0;
  a.trace = values.boolean("trace");
  a.eval_each_document = values.boolean("eval_each_document");
  a.sample_every = values.has("sample_every") ? values.integer("sample_every") : 0;
  a.save_strategy = interval(values.text("save_strategy"));
  a.save_steps = values.number("save_steps");
  a.hang_minutes = values.number("hang_minutes");
  if (values.has("save_minutes")) a.save_minutes = values.number("save_minutes");
  a.save_total_limit = values.has("save_total_limit") ? values.integer("save_total_limit") : 0;
  a.load_best_model_at_end = values.boolean("load_best_model_at_end");
  const std::string& metric = values.text("metric_for_best_model");
  a.metric_for_best_model = metric == "loss" ? "eval_loss" : metric;
  a.greater_is_better = values.boolean("greater_is_better");
  a.early_stopping_patience = values.has("early_stopping_patience") ? values.integer("early_stopping_patience") : 0;
  a.early_stopping_threshold = values.number("early_stopping_threshold");
  a.precision = values.text("precision");
  a.device = values.text("device");
  check_together(a);
  return a;
}

}  // namespace folio::train
