#include "tokenizers/any_tokenizer.h"

#include "folio/error.h"
#include "formats/tokenizer_json.h"
#include "tokenizers/bpe/tokenizer.h"
#include "tokenizers/pipeline/model.h"
#include "tokenizers/pipeline/tokenizer.h"
#include "tokenizers/sentencepiece.h"
#include "tokenizers/tiktoken.h"
#include "tokenizers/unigram/tokenizer.h"
#include "tokenizers/wordpiece/tokenizer.h"

namespace folio {
namespace {

/// The tokenizer of a file in the form that Folio itself writes, which is faster than the general one; null where the
/// file is of another form.
template <typename OwnTokenizer, typename Options>
std::unique_ptr<Tokenizer> own_form(const TokenizerJson& json, const Options& options) {
  try {
    auto tokenizer = std::make_unique<OwnTokenizer>(options);
    tokenizer->load(json);
    return tokenizer;
  } catch (const Error&) {
    return nullptr;  // what is wrong with the file, if anything, the general tokenizer says
  }
}

std::unique_ptr<Tokenizer> own_form(const TokenizerJson& json) {
  const std::string type = pipeline::type_of_model(json.part("model"));
  if (type == "BPE") return own_form<bpe::BpeTokenizer>(json, bpe::TrainingOptions{});
  if (type == "WordPiece") return own_form<wordpiece::WordPieceTokenizer>(json, wordpiece::TrainingOptions{});
  if (type == "Unigram") return own_form<unigram::UnigramTokenizer>(json, unigram::TrainingOptions{});
  return nullptr;
}

TokenizerFile read_tokenizer_json(std::string_view text, const std::string& name) {
  try {
    const TokenizerJson json(text);
    TokenizerFile file;
    file.tokenizer = own_form(json);
    if (!file.tokenizer) file.tokenizer = std::make_unique<pipeline::PipelineTokenizer>(text, json);
    file.roles = roles_of_post_processor(json.part("post_processor"));
    for (const std::string& setting : json.unused_settings())
      file.notes.push_back(setting + " is not applied: samples are cut and padded as dataset.split says");
    return file;
  } catch (const Error& error) {
    std::string_view problem = error.what();
    if (problem.starts_with(kTokenizerJsonRoot)) problem.remove_prefix(kTokenizerJsonRoot.size());
    throw Error(error.kind(), name + ": " + std::string(problem));
  }
}

}  // namespace

TokenizerFile read_tokenizer(std::string_view text, const std::string& name, const std::string& pattern) {
  if (is_tiktoken(text)) return read_tokenizer_json(json_of_tiktoken(text, name, pattern), name);
  if (is_sentencepiece(text)) return read_tokenizer_json(json_of_sentencepiece(text, name), name);
  return read_tokenizer_json(text, name);
}

std::unique_ptr<Tokenizer> tokenizer_from_json(std::string_view text, const std::string& name) {
  return read_tokenizer_json(text, name).tokenizer;
}

}  // namespace folio
