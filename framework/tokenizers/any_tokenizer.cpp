#include "tokenizers/any_tokenizer.h"

#include "folio/error.h"
#include "formats/tokenizer_json.h"
#include "tokenizers/bpe/tokenizer.h"
#include "tokenizers/unigram/tokenizer.h"
#include "tokenizers/wordpiece/tokenizer.h"

namespace folio {
namespace {

/// Files that are older than the name of the type are told by what else they have.
std::string type_of(const JsonPart& model) {
  if (model.has("type")) return model.at("type").text();
  if (model.has("merges")) return "BPE";
  if (model.has("max_input_chars_per_word")) return "WordPiece";
  return model.at("type").text();  // says that it is missing
}

std::unique_ptr<Tokenizer> make_of_type(const JsonPart& model) {
  const std::string type = type_of(model);
  if (type == "BPE") return std::make_unique<bpe::BpeTokenizer>(bpe::TrainingOptions{});
  if (type == "WordPiece") return std::make_unique<wordpiece::WordPieceTokenizer>(wordpiece::TrainingOptions{});
  if (type == "Unigram") return std::make_unique<unigram::UnigramTokenizer>(unigram::TrainingOptions{});
  model.at("type").fail("'" + type + "' is not supported, expected 'BPE', 'WordPiece' or 'Unigram'");
}

}  // namespace

std::unique_ptr<Tokenizer> tokenizer_from_json(std::string_view text, const std::string& name) {
  try {
    std::unique_ptr<Tokenizer> tokenizer = make_of_type(TokenizerJson(text).part("model"));
    tokenizer->load_json(text);
    return tokenizer;
  } catch (const Error& error) {
    std::string_view problem = error.what();
    if (problem.starts_with(kTokenizerJsonRoot)) problem.remove_prefix(kTokenizerJsonRoot.size());
    throw Error(error.kind(), name + ": " + std::string(problem));
  }
}

}  // namespace folio
