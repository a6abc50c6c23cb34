#include <signal.h>

#include <algorithm>
#include <atomic>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "folio/error.h"
#include "generate/generate.h"
#include "generate/infill.h"
#include "support/files.h"
#include "train/execution.h"
#include "train/saving/model_files.h"
#include "worker/commands/commands.h"
#include "worker/environment.h"
#include "worker/initial_weights.h"
#include "worker/job.h"
#include "worker/model_folder.h"
#include "worker/preparation.h"
#include "worker/progress_lines.h"

namespace folio::worker {
namespace {

generate::SamplingOptions sampling_options(const nlohmann::json& request) {
  generate::SamplingOptions options;
  options.max_new_tokens = request.at("max_new_tokens");
  options.temperature = request.at("temperature");
  options.top_k = request.at("top_k");
  options.top_p = request.at("top_p");
  options.seed = request.at("seed");
  return options;
}

/// Text of the ids as they come. A character whose bytes are spread over several tokens is held back until it is whole.
class TextStream {
 public:
  TextStream(const Tokenizer& tokenizer, ProgressLines& out) : tokenizer_(tokenizer), out_(out) {}

  void add(TokenId id) {
    ids_.push_back(id);
    const std::string text = tokenizer_.decode(ids_, true);
    constexpr std::string_view kReplacement = "\xef\xbf\xbd";
    if (!text.ends_with(kReplacement)) tell(text);
  }

  void finish() { tell(tokenizer_.decode(ids_, true)); }

 private:
  void tell(const std::string& text) {
    if (text.size() > told_) out_.write({{"text", text.substr(told_)}});
    told_ = text.size();
  }

  const Tokenizer& tokenizer_;
  ProgressLines& out_;
  std::vector<TokenId> ids_;
  std::size_t told_ = 0;
};

/// The prompt with its masks filled, in a line of its own. Throws Error (usage) when there are none.
std::string filled(Model& model, const Tokenizer& tokenizer, std::vector<TokenId> ids, c10::Device device) {
  const TokenId mask = tokenizer.special_token_id(SpecialToken::mask).value();
  if (std::find(ids.begin(), ids.end(), mask) == ids.end()) {
    throw Error(ErrorKind::usage, "the prompt has nothing to fill in: a masked model fills in " +
                                      tokenizer.decode(std::span(&mask, 1), /*skip_special_tokens=*/false) +
                                      " in a text");
  }
  if (const auto id = tokenizer.special_token_id(SpecialToken::classification)) ids.insert(ids.begin(), *id);
  if (const auto id = tokenizer.special_token_id(SpecialToken::separator)) ids.push_back(*id);
  return "\n" + tokenizer.decode(generate::fill_masks(model, ids, mask, tokenizer.vocab_size(), device), true);
}

/// What a model of corrupted spans puts into the prompt's gaps, in a line of its own. Throws Error (usage) when there
/// are none.
std::string said(Model& model, const Tokenizer& tokenizer, std::vector<TokenId> ids, std::int64_t max_new_tokens,
                 c10::Device device) {
  const TokenId first = tokenizer.special_token_id(SpecialToken::sentinel).value();
  if (std::find(ids.begin(), ids.end(), first) == ids.end()) {
    throw Error(ErrorKind::usage, "the prompt has nothing to fill in: this model fills gaps marked " +
                                      tokenizer.decode(std::span(&first, 1), /*skip_special_tokens=*/false) +
                                      " and so on");
  }
  const TokenId end = tokenizer.special_token_id(SpecialToken::end_of_text).value();
  ids.push_back(end);
  const auto answer = generate::say_spans(model, ids, tokenizer.special_token_id(SpecialToken::padding).value(), end,
                                          max_new_tokens, tokenizer.vocab_size(), device);
  return "\n" + tokenizer.decode(answer, /*skip_special_tokens=*/false);
}

/// A model that has its weights, with its tokenizer.
struct LoadedModel {
  ModelJob job;
  std::unique_ptr<Tokenizer> tokenizer;
  std::unique_ptr<Model> model;
};

LoadedModel load_run(const runs::RunFolder& folder) {
  LoadedModel loaded{Job::from_run(folder, Job::Builds::any), nullptr, nullptr};
  loaded.tokenizer = loaded.job.make_tokenizer();
  load_tokenizer(*loaded.tokenizer, folder.model() / "tokenizer.json");
  loaded.model = loaded.job.make_model(*loaded.tokenizer);
  if (loaded.job.has_adapters()) {  // the run's folder has these alone
    WeightsSource base = loaded.job.weights_source().value();
    base.adapters = folder.model();
    load_initial_weights(*loaded.model, base);
    return loaded;
  }
  train::load_model(*loaded.model, folder.model(), loaded.job.hugging_face());
  return loaded;
}

/// What stands in the folder of somebody else: its model.from.
LoadedModel load_folder(const nlohmann::json& request) {
  LoadedModel loaded{ModelJob::from_request(request), nullptr, nullptr};
  loaded.tokenizer = loaded.job.make_tokenizer();
  loaded.tokenizer->train([](const auto&) {}, special_tokens_of(loaded.job.objective()), {});  // has it them?
  check_vocabulary(loaded.job, *loaded.tokenizer);
  loaded.model = loaded.job.make_model(*loaded.tokenizer);
  load_initial_weights(*loaded.model, loaded.job.weights_source().value());
  return loaded;
}

std::atomic<bool> answer_ended = false;

/// A model, and how it is to choose its tokens.
class Writer {
 public:
  Writer(LoadedModel loaded, const nlohmann::json& request)
      : job_(std::move(loaded.job)),
        device_(train::choose_device(job_.training())),
        sampling_(sampling_options(request)),
        tokenizer_(std::move(loaded.tokenizer)),
        model_(std::move(loaded.model)) {
    move_to(*model_, device_);
  }

  /// How tokens are chosen from here on.
  void choose(const nlohmann::json& request) { sampling_ = sampling_options(request); }

  /// Throws Error (usage) for a prompt that the model can do nothing with.
  void answer(const std::string& prompt, ProgressLines& out) {
    std::vector<TokenId> ids = tokenizer_->encode(prompt);
    switch (job_.objective()) {
      case Objective::masked:
        return out.write({{"text", filled(*model_, *tokenizer_, std::move(ids), device_)}});
      case Objective::span_corruption:
        return out.write({{"text", said(*model_, *tokenizer_, std::move(ids), sampling_.max_new_tokens, device_)}});
      case Objective::causal:
        return go_on(std::move(ids), out);
    }
  }

 private:
  void go_on(std::vector<TokenId> ids, ProgressLines& out) {
    const auto end_of_text = tokenizer_->special_token_id(SpecialToken::end_of_text);
    // With nothing to go on from, the model begins a new text.
    if (ids.empty() && end_of_text) ids.push_back(*end_of_text);
    if (ids.empty()) throw Error(ErrorKind::usage, "the prompt is empty, expected text to continue");
    TextStream text(*tokenizer_, out);
    generate::generate(*model_, ids, tokenizer_->vocab_size(), end_of_text, sampling_, device_, [&](TokenId id) {
      text.add(id);
      return !answer_ended;
    });
    text.finish();
  }

  ModelJob job_;
  c10::Device device_;
  generate::SamplingOptions sampling_;
  std::unique_ptr<Tokenizer> tokenizer_;
  std::unique_ptr<Model> model_;
};

/// An answer for each line. SIGINT ends the answer that is being written, and nothing else.
void answer_all(Writer& writer, std::istream& input, ProgressLines& out) {
  ::signal(SIGINT, [](int) { answer_ended = true; });
  for (std::string line; out.write({{"awaits", "prompt"}}), std::getline(input, line);) {
    try {
      const nlohmann::json asked = nlohmann::json::parse(line);
      answer_ended = false;
      writer.choose(asked);
      writer.answer(asked.at("prompt"), out);
    } catch (const Error& error) {  // the boundary between one prompt and the next
      out.write({{"refused", error.what()}});
    }
  }
}

}  // namespace

int generate(const std::string& request_text) {
  const auto request = nlohmann::json::parse(request_text);
  set_thread_count();
  Writer writer(request.contains("run_folder") ? load_run(runs::RunFolder(request["run_folder"].get<std::string>()))
                                               : load_folder(request),
                request);
  ProgressLines out;
  request.contains("prompt") ? writer.answer(request["prompt"], out) : answer_all(writer, std::cin, out);
  return 0;
}

}  // namespace folio::worker
