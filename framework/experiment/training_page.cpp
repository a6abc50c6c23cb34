#include "experiment/training_page.h"

#include <fmt/format.h>

#include <string_view>

#include "experiment/option_text.h"
#include "experiment/other_words.h"
#include "support/error.h"

namespace folio::experiment {
namespace {

/// The fields of transformers.TrainingArguments (5.24.0), in their order; tests/reference/training_arguments.py has
/// them with their defaults.
constexpr std::string_view kTrainingArguments[] = {"output_dir",
                                                   "per_device_train_batch_size",
                                                   "num_train_epochs",
                                                   "max_steps",
                                                   "learning_rate",
                                                   "lr_scheduler_type",
                                                   "lr_scheduler_kwargs",
                                                   "warmup_steps",
                                                   "optim",
                                                   "optim_args",
                                                   "weight_decay",
                                                   "adam_beta1",
                                                   "adam_beta2",
                                                   "adam_epsilon",
                                                   "optim_target_modules",
                                                   "gradient_accumulation_steps",
                                                   "average_tokens_across_devices",
                                                   "max_grad_norm",
                                                   "label_smoothing_factor",
                                                   "bf16",
                                                   "fp16",
                                                   "bf16_full_eval",
                                                   "fp16_full_eval",
                                                   "tf32",
                                                   "activation_checkpointing",
                                                   "activation_checkpointing_kwargs",
                                                   "gradient_checkpointing",
                                                   "gradient_checkpointing_kwargs",
                                                   "torch_compile",
                                                   "torch_compile_backend",
                                                   "torch_compile_mode",
                                                   "use_liger_kernel",
                                                   "liger_kernel_config",
                                                   "use_cache",
                                                   "neftune_noise_alpha",
                                                   "torch_empty_cache_steps",
                                                   "auto_find_batch_size",
                                                   "logging_strategy",
                                                   "logging_steps",
                                                   "logging_first_step",
                                                   "log_on_each_node",
                                                   "logging_nan_inf_filter",
                                                   "include_num_input_tokens_seen",
                                                   "log_level",
                                                   "log_level_replica",
                                                   "disable_tqdm",
                                                   "report_to",
                                                   "run_name",
                                                   "project",
                                                   "trackio_space_id",
                                                   "trackio_bucket_id",
                                                   "trackio_static_space_id",
                                                   "eval_strategy",
                                                   "eval_steps",
                                                   "eval_delay",
                                                   "per_device_eval_batch_size",
                                                   "prediction_loss_only",
                                                   "eval_on_start",
                                                   "eval_do_concat_batches",
                                                   "eval_use_gather_object",
                                                   "eval_accumulation_steps",
                                                   "include_for_metrics",
                                                   "batch_eval_metrics",
                                                   "save_only_model",
                                                   "save_strategy",
                                                   "save_steps",
                                                   "save_on_each_node",
                                                   "save_total_limit",
                                                   "enable_jit_checkpoint",
                                                   "push_to_hub",
                                                   "hub_token",
                                                   "hub_private_repo",
                                                   "hub_model_id",
                                                   "hub_strategy",
                                                   "hub_always_push",
                                                   "hub_revision",
                                                   "load_best_model_at_end",
                                                   "metric_for_best_model",
                                                   "greater_is_better",
                                                   "ignore_data_skip",
                                                   "restore_callback_states_from_checkpoint",
                                                   "full_determinism",
                                                   "seed",
                                                   "data_seed",
                                                   "use_cpu",
                                                   "accelerator_config",
                                                   "parallelism_config",
                                                   "dataloader_drop_last",
                                                   "dataloader_num_workers",
                                                   "dataloader_pin_memory",
                                                   "dataloader_persistent_workers",
                                                   "dataloader_prefetch_factor",
                                                   "dataloader_multiprocessing_context",
                                                   "dataloader_in_order",
                                                   "remove_unused_columns",
                                                   "label_names",
                                                   "train_sampling_strategy",
                                                   "length_column_name",
                                                   "ddp_find_unused_parameters",
                                                   "ddp_bucket_cap_mb",
                                                   "ddp_broadcast_buffers",
                                                   "ddp_static_graph",
                                                   "ddp_backend",
                                                   "ddp_timeout",
                                                   "fsdp",
                                                   "fsdp_config",
                                                   "deepspeed",
                                                   "debug",
                                                   "skip_memory_metrics",
                                                   "do_train",
                                                   "do_eval",
                                                   "do_predict",
                                                   "resume_from_checkpoint",
                                                   "local_rank"};

constexpr std::string_view kIntroduction =
    R"(# Training arguments and framework options

The keys of an experiment that belong to Folio itself; plugins have options of their own (`runner plugins show gpt`). `runner help --md` prints this page from the declarations in the code; `runner help training.learning_rate`, or `runner help` with any other key, metric or option, explains one. The [glossary](glossary.md) explains words such as *batch*, *epoch* and *learning rate*.
)";

constexpr std::string_view kTraining =
    R"(
## `training`

Names, meanings and defaults are those of Hugging Face's `TrainingArguments` (transformers 5.24), and of its `EarlyStoppingCallback`, where it has them.

)";

constexpr std::string_view kDataset =
    R"(
## `dataset`

Every data set takes these in addition to its plugin's options.

)";

constexpr std::string_view kModel =
    R"(
## `model`

Every model takes these in addition to its plugin's options.

)";

constexpr std::string_view kTheirs =
    R"(
## Hugging Face's `TrainingArguments`

All arguments of transformers 5.24, and how Folio handles them.

| argument | in Folio |
|-|-|
)";

/// The text within a cell of a table.
std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.insert(at, "\\");
  return text;
}

std::string table_of(const OptionTable& options) {
  std::string text = "| key | type | default | range | unit | meaning |\n|-|-|-|-|-|-|\n";
  for (const Option& option : options.options()) {
    text += fmt::format("| `{}` | {} | {} | {} | {} | {} |\n", option.name, folio::to_string(option.type),
                        cell(default_text(option)), cell(range_text(option)), option.unit_text, cell(option.help_text));
  }
  return text;
}

/// What became of one of their arguments.
std::string here(std::string_view name, const OptionTable& training) {
  for (const std::string& own : training.names())
    if (own == name || own.starts_with(std::string(name) + ".")) return "taken";
  const OtherWord* other = find_other_word(name);
  if (other == nullptr) throw std::logic_error(fmt::format("nothing is said about '{}'", name));
  const auto keys = words_of(other->keys);
  if (keys.empty()) return std::string(other->note);
  return fmt::format("as `{}`{}", keys.front(), other->note.empty() ? "" : fmt::format(": {}", other->note));
}

}  // namespace

std::string training_page(const FrameworkOptions& options) {
  std::string page(kIntroduction);
  page += kTraining;
  page += table_of(options.training);
  page += kDataset;
  page += table_of(options.dataset);
  page += kModel;
  page += table_of(options.model);
  page += kTheirs;
  for (const std::string_view name : kTrainingArguments)
    page += fmt::format("| `{}` | {} |\n", name, here(name, options.training));
  return page;
}

}  // namespace folio::experiment
