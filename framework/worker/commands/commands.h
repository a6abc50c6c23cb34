#pragma once

#include <filesystem>
#include <string>

/// What the worker can be asked to do. Each gives the exit code; errors are thrown. What they tell goes to standard
/// output as JSON lines (progress_lines.h), what a person may want to read later to standard error, the run's log.
namespace folio::worker {

/// Trains the run whose folder this is, and writes all that it has to tell into its events. `request`: what the
/// folder does not say, JSON as TrainRequest::parse() takes it. Tells {"resumed": STEP} once a run goes on.
int train(const std::filesystem::path& run_folder, const std::string& request = "");

/// Finds what is wrong with a job without reading its data: makes the data set, the tokenizer and the model, and looks
/// whether they fit each other and the training arguments. Tells nothing. `request` is JSON as Job::from_request()
/// takes it.
int validate(const std::string& request);

/// Tells in one JSON object what a run of this job would be, without training: {"data": ..., "plan": ..., "model": ...,
/// "memory": ...}. `request` is JSON as Job::from_request() takes it.
int preflight(const std::string& request);

/// Counts a model's parameters and tells what training it costs. `request` is JSON:
///   {"plugin": LIBRARY, "tokenizers": {TYPE: LIBRARY}, "variants": [RESOLVED...], "batch": N, "length": N,
///    "measure": true}
/// where a LIBRARY is {"library": PATH, "library_hash": SHA-256},
/// with the sections model, training and, if there are such, dataset and tokenizer in each RESOLVED; batch and length
/// (samples of a batch, tokens of a sample) may be left out. Tells a line for each variant:
///   {"parameters", "short_formula", "memory", "flops", "batch", "length", "objective", "precision", "device"}
/// with "measured" on request, or {"refused": why} where the model does not take its options.
int params(const std::string& request);

/// Continues prompts with a model, or fills what is missing in them: {"text": "..."} lines, text as it comes. `request`
/// is JSON: {"max_new_tokens", "temperature", "top_k", "top_p", "seed"}, with {"prompt"} for one, and {"run_folder"}
/// for a finished run's model or, for that of a folder, what ModelJob::from_request() takes, with a model.from. Without
/// it prompts are read from standard input, each a line of JSON {"prompt": "..."} with the same five: {"awaits":
/// "prompt"} asks for the next, and {"refused": why} says that the last one was none.
int generate(const std::string& request);

/// Prepares a job's data as training does, and shows samples in the order of an epoch. `request` is JSON as
/// Job::from_request() takes it, with {"show": {"first", "count", "epoch"}} beside. Tells
///   {"data": {"objective", "samples", "tokens", "shortest", "longest", "eval_samples", "eval_tokens"}}
///   {"sample": {"position", "index", "tokens", "labels", "text", "target_text"}}  for each
/// with tokens as tokenize() tells them, null for a label that is not scored; `target_text` where the labels are a text
/// of their own. Beforehand it tells stages, as training does.
int samples(const std::string& request);

/// Cuts texts into tokens. `request` is JSON:
///   {"tokenizer": {"library": PATH, "options": {...}, "file": PATH}, "texts": [PATH...], "first": N}
/// The tokenizer is made with its options and, where there is a `file`, loaded from that tokenizer.json. A text "-" is
/// standard input. Tells
///   {"tokenizer": {"type", "vocab_size"}}
/// and for each text, in turn,
///   {"text": PATH}
///   {"tokens": [[ID, TOKEN], [ID, TOKEN, "special" or "unknown"]...]}  lines with the first N tokens, all where N < 0
///   {"counts": {"tokens", "unknown", "words", "characters", "bytes"}}
/// In a TOKEN a byte that is no whole character is written <0xE2>.
int tokenize(const std::string& request);

/// Tells in one JSON object what runs on this machine will record of it, with the rates of its matrix products in
/// float32 and bfloat16, on the layers of gpt at its defaults: {"environment": {...}}. Takes about a second.
int tell_environment();

/// Writes what the framework itself accepts in an experiment.
int write_options(const std::filesystem::path& output);

}  // namespace folio::worker
