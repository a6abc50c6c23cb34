#include <algorithm>
#include <nlohmann/json.hpp>

#include "folio/error.h"
#include "generate/generate.h"
#include "generate/infill.h"
#include "support/files.h"
#include "train/precision.h"
#include "train/saving.h"
#include "worker/commands.h"
#include "worker/environment.h"
#include "worker/job.h"
#include "worker/model_folder.h"
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
    throw Error(ErrorKind::usage, "--prompt has nothing to fill: a masked model fills " +
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
    throw Error(ErrorKind::usage, "--prompt has nothing to fill: this model fills gaps that are marked " +
                                      tokenizer.decode(std::span(&first, 1), /*skip_special_tokens=*/false) +
                                      " and so on");
  }
  const TokenId end = tokenizer.special_token_id(SpecialToken::end_of_text).value();
  ids.push_back(end);
  const auto answer = generate::say_spans(model, ids, tokenizer.special_token_id(SpecialToken::padding).value(), end,
                                          max_new_tokens, tokenizer.vocab_size(), device);
  return "\n" + tokenizer.decode(answer, /*skip_special_tokens=*/false);
}

}  // namespace

int generate(const std::filesystem::path& run_folder, const std::string& request_text) {
  const auto request = nlohmann::json::parse(request_text);
  const results::RunFolder folder(run_folder);
  set_thread_count();
  const Job job = Job::from_run(folder);
  const train::Effective effective = train::settle(job.training());

  const std::unique_ptr<Tokenizer> tokenizer = job.make_tokenizer();
  tokenizer->load_json(read_file(folder.model() / "tokenizer.json"));
  const std::unique_ptr<Model> model = job.make_model(*tokenizer);
  train::load_model(*model, folder.model());
  move_to(*model, effective.device);

  std::vector<TokenId> prompt = tokenizer->encode(request.at("prompt").get<std::string>());
  ProgressLines out;
  if (job.objective() == Objective::masked) {
    out.write({{"text", filled(*model, *tokenizer, prompt, effective.device)}});
    return 0;
  }
  if (job.objective() == Objective::span_corruption) {
    out.write({{"text", said(*model, *tokenizer, prompt, request.at("max_new_tokens"), effective.device)}});
    return 0;
  }
  const auto end_of_text = tokenizer->special_token_id(SpecialToken::end_of_text);
  // With nothing to go on from, the model begins a new text.
  if (prompt.empty() && end_of_text) prompt.push_back(*end_of_text);
  if (prompt.empty()) throw Error(ErrorKind::usage, "--prompt is empty, expected text to continue");

  TextStream text(*tokenizer, out);
  generate::generate(*model, prompt, tokenizer->vocab_size(), end_of_text, sampling_options(request), effective.device,
                     [&](TokenId id) { text.add(id); });
  text.finish();
  return 0;
}

}  // namespace folio::worker
