#include "experiment/other_words.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace folio::experiment {
namespace {

constexpr OtherWord kWords[] = {
    {"lr learning_rate_max max_lr base_lr step_size", "training.learning_rate", ""},
    {"epochs num_epochs n_epochs max_epochs nb_epochs", "training.num_train_epochs", ""},
    {"batch_size bs train_batch_size micro_batch_size train_micro_batch_size_per_gpu per_gpu_train_batch_size "
     "per_device_batch_size",
     "training.per_device_train_batch_size", ""},
    {"eval_batch_size per_gpu_eval_batch_size val_batch_size", "training.per_device_eval_batch_size", ""},
    {"global_batch_size effective_batch_size", "training.gradient_accumulation_steps",
     "a step has per_device_train_batch_size * gradient_accumulation_steps samples"},
    {"accumulation grad_accum grad_accumulation_steps accumulate_grad_batches gradient_accumulation accumulation_steps",
     "training.gradient_accumulation_steps", ""},
    {"steps max_iters num_steps total_steps train_steps num_train_steps max_train_steps training_steps iterations",
     "training.max_steps", ""},
    {"scheduler lr_scheduler schedule lr_schedule decay_lr", "training.lr_scheduler_type", ""},
    {"warmup warmup_iters num_warmup_steps warmup_proportion warmup_fraction", "training.warmup_steps",
     "below 1 it is a share of all steps"},
    {"warmup_share", "training.warmup_ratio", "below 1, training.warmup_steps is a share of all steps"},
    {"min_lr lr_end end_lr", "training.lr_scheduler_kwargs.min_lr", "used by the schedule cosine_with_min_lr"},
    {"wd decay", "training.weight_decay", ""},
    {"beta1 beta_1 b1", "training.adam_beta1", ""},
    {"beta2 beta_2 b2 betas", "training.adam_beta2", ""},
    {"eps adam_eps", "training.adam_epsilon", ""},
    {"clip grad_clip clip_grad gradient_clip gradient_clipping gradient_clip_val max_norm clip_norm clip_grad_norm",
     "training.max_grad_norm", ""},
    {"optimizer optimiser", "training.optim", ""},
    {"lora_r lora_rank", "model.lora.rank", ""},
    {"lora_alpha", "model.lora.alpha", ""},
    {"lora_dropout", "model.lora.dropout", ""},
    {"lora_target_modules lora_modules target_modules", "model.lora.target_modules", ""},
    {"freeze_layers frozen frozen_layers freeze_modules freeze_parameters", "training.freeze", ""},
    {"random_seed manual_seed torch_seed", "training.seed", ""},
    {"shuffle_seed dataset_seed", "training.data_seed", ""},
    {"fp16 fp16_full_eval half amp mixed_precision float16", "training.precision",
     "float32 or bfloat16; there is no fp16"},
    {"bf16 bf16_full_eval dtype torch_dtype autocast", "training.precision", "bfloat16 or float32"},
    {"tf32", "", "not supported yet; matrix products follow training.precision"},
    {"no_cuda use_cpu use_cuda cuda gpu accelerator", "training.device", "cpu or cuda"},
    {"evaluation_strategy eval_every val_check_interval evaluate_during_training do_eval", "training.eval_strategy",
     "together with dataset.validation, the share of text that is kept for evaluation"},
    {"eval_interval eval_freq val_interval validation_steps", "training.eval_steps", ""},
    {"evaluation_steps", "training.eval_steps", ""},
    {"log_interval log_every log_every_n_steps logging_interval log_steps", "training.logging_steps", ""},
    {"save_interval checkpoint_interval checkpoint_every save_every ckpt_interval", "training.save_steps", ""},
    {"save_limit keep_last_n max_checkpoints", "training.save_total_limit", ""},
    {"patience early_stopping early_stop", "training.early_stopping_patience", ""},
    {"min_delta", "training.early_stopping_threshold", ""},
    {"monitor best_metric", "training.metric_for_best_model", ""},
    {"eval_samples eval_iters max_eval_batches limit_val_batches", "training.max_eval_samples", ""},
    {"drop_last", "training.dataloader_drop_last", ""},
    {"val_split validation_split val_size test_size eval_split valid_split validation_share val_ratio validation_ratio",
     "dataset.validation", "a share, such as 0.1"},
    {"mlm_prob mask_prob masking_probability mlm_prob_mask", "dataset.objective.mlm_probability", ""},
    {"wwm whole_word_masking", "dataset.objective.whole_word_mask", ""},
    {"noise_ratio corruption_rate", "dataset.objective.noise_density", ""},
    {"objective task", "dataset.objective.type", ""},
    {"block_size seq_len seq_length sequence_length max_seq_length max_seq_len max_length context_length ctx_len "
     "chunk_size max_source_length",
     "dataset.split.size model.max_position_embeddings",
     "the length of a sample; model.max_position_embeddings is the longest sample that the model accepts"},
    {"n_ctx n_positions max_seqlen context_size", "model.max_position_embeddings dataset.split.size", ""},
    {"stride overlap", "dataset.split.stride", ""},
    {"data data_path train_file train_files data_file dataset_path input_file file files text_file path text corpus",
     "dataset.files dataset.books dataset.data_dir dataset.train", ""},
    {"text_column text_column_name column content_field", "dataset.field", ""},
    {"split_by", "dataset.split.by", ""},
    {"n_layer n_layers num_layers layers depth num_blocks n_block", "model.num_hidden_layers", ""},
    {"n_head n_heads num_heads heads attention_heads", "model.num_attention_heads", ""},
    {"n_kv_heads num_kv_heads n_head_kv", "model.num_key_value_heads", ""},
    {"n_embd n_embed d_model dim width embed_dim embedding_dim emb_dim hidden_dim hidden", "model.hidden_size", ""},
    {"n_inner d_ff ffn_dim ffn_hidden_size mlp_dim mlp_hidden_size hidden_mult", "model.intermediate_size", ""},
    {"d_kv d_head", "model.head_dim", ""},
    {"dropout dropout_prob dropout_p drop",
     "model.resid_pdrop model.hidden_dropout_prob model.dropout model.dropout_rate model.attention_dropout", ""},
    {"attention_dropout attn_dropout attention_probs_dropout",
     "model.attn_pdrop model.attention_probs_dropout_prob model.attention_dropout model.dropout_rate", ""},
    {"embd_dropout embedding_dropout", "model.embd_pdrop model.hidden_dropout_prob", ""},
    {"activation activation_function act act_fn", "model.hidden_act model.feed_forward_proj", ""},
    {"layer_norm_eps norm_eps layer_norm_epsilon rms_norm_eps norm_epsilon",
     "model.layer_norm_epsilon model.layer_norm_eps model.rms_norm_eps", ""},
    {"init_std std initializer", "model.initializer_range model.initializer_factor", ""},
    {"n_vocab vocabulary_size vocab", "tokenizer.vocab_size model.vocab_size", ""},
    {"tie_weights tied_embeddings tie_embeddings", "model.tie_word_embeddings", ""},
    {"rope_base theta", "model.rope_theta", ""},
    {"tokenizer_path tokenizer_file tokenizer_name tokenizer_name_or_path", "tokenizer.file",
     "an option of the tokenizer pretrained"},
    {"min_freq", "tokenizer.min_frequency", ""},
    {"model_type model_name architecture arch model_name_or_path", "model.type", ""},
    {"experiment_name run_name title", "name", "or --name for a single run"},
    {"notes comment", "description", ""},
    {"base inherit defaults include", "extends", ""},
    {"output_dir overwrite_output_dir logging_dir save_on_each_node log_on_each_node", "",
     "each run has its own folder in the results folder (--results)"},
    {"do_train do_predict", "", "runner FILE trains; runner generate writes text with the model"},
    {"report_to project trackio_space_id trackio_bucket_id trackio_static_space_id wandb tensorboard use_wandb", "",
     "every run is kept in the results store; runner export writes TensorBoard files"},
    {"log_level log_level_replica", "", "there is one log, in the run folder"},
    {"disable_tqdm progress_bar", "", "--quiet shows no progress"},
    {"logging_nan_inf_filter", "", "if the loss becomes NaN, the run ends and says so"},
    {"include_num_input_tokens_seen", "", "tokens are always counted: train_tokens, tokens_per_second"},
    {"use_cache", "", "generation always uses a cache, training never does"},
    {"remove_unused_columns label_names length_column_name dataloader_pin_memory dataloader_num_workers num_workers "
     "dataloader_persistent_workers dataloader_prefetch_factor dataloader_multiprocessing_context dataloader_in_order",
     "", "samples are in memory as tokens, so nothing is loaded during training"},
    {"average_tokens_across_devices accelerator_config parallelism_config ddp_find_unused_parameters ddp_bucket_cap_mb "
     "ddp_broadcast_buffers ddp_static_graph ddp_backend ddp_timeout fsdp fsdp_config deepspeed local_rank "
     "eval_use_gather_object",
     "", "a run uses one device"},
    {"push_to_hub hub_token hub_private_repo hub_model_id hub_strategy hub_always_push hub_revision", "",
     "Folio uploads nothing; from_pretrained() can read the model folder of a run"},
    {"skip_memory_metrics", "", "peak memory is always recorded"},
    {"prediction_loss_only include_for_metrics batch_eval_metrics eval_do_concat_batches eval_accumulation_steps", "",
     "an evaluation keeps no predictions"},
    {"torch_compile torch_compile_backend torch_compile_mode compile use_liger_kernel liger_kernel_config "
     "torch_empty_cache_steps",
     "", "the models are written in C++ with their own fused operators"},
    {"full_determinism", "", "runs are always reproducible bit for bit in the same environment"},
    {"debug", "", "everything is in the log"},
    {"ignore_data_skip restore_callback_states_from_checkpoint resume_from_checkpoint", "",
     "`runner resume` goes on from a checkpoint with all that was there"},
    {"enable_jit_checkpoint", "", "a run that is asked to stop always saves a checkpoint"},
    {"save_safetensors", "", "weights are always saved as safetensors"},
    {"save_only_model", "", "a checkpoint always has what a run needs to go on"},
    {"activation_checkpointing activation_checkpointing_kwargs gradient_checkpointing gradient_checkpointing_kwargs "
     "neftune_noise_alpha auto_find_batch_size optim_target_modules",
     "", "not supported yet"},
    {"optim_args", "", "not supported yet; the optimizers use torch's defaults"},
    {"label_smoothing", "training.label_smoothing_factor", ""},
    {"group_by_length", "training.train_sampling_strategy", "with the value group_by_length"},
};

/// The next of the words between blanks; takes it off.
std::string_view take_word(std::string_view& words) {
  const std::size_t end = std::min(words.find(' '), words.size());
  const std::string_view word = words.substr(0, end);
  words.remove_prefix(std::min(end + 1, words.size()));
  return word;
}

}  // namespace

std::vector<std::string_view> words_of(std::string_view list) {
  std::vector<std::string_view> words;
  while (!list.empty()) words.push_back(take_word(list));
  return words;
}

std::span<const OtherWord> other_words() { return kWords; }

const OtherWord* find_other_word(std::string_view word) {
  std::string folded(word);
  for (char& c : folded) c = c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const OtherWord& other : kWords) {
    const auto words = words_of(other.words);
    if (std::find(words.begin(), words.end(), folded) != words.end()) return &other;
  }
  return nullptr;
}

}  // namespace folio::experiment
