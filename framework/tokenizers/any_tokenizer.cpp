#include "tokenizers/any_tokenizer.h"

#include "folio/error.h"
#include "formats/tokenizer_json.h"
#include "tokenizers/bpe/tokenizer.h"
#include "tokenizers/pipeline/model.h"
#include "tokenizers/pipeline/tokenizer.h"
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

}  // namespace

std::unique_ptr<Tokenizer> tokenizer_from_json(std::string_view text, const std::string& name) {
  try {
    const TokenizerJson json(text);
    std::unique_ptr<Tokenizer> tokenizer = own_form(json);
    if (!tokenizer) tokenizer = std::make_unique<pipeline::PipelineTokenizer>(text, json);
    return tokenizer;
  } catch (const Error& error) {
    std::string_view problem = error.what();
    if (problem.starts_with(kTokenizerJsonRoot)) problem.remove_prefix(kTokenizerJsonRoot.size());
    throw Error(error.kind(), name + ": " + std::string(problem));
  }
}

}  // namespace folio
