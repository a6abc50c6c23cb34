#include "tokenizers/any_tokenizer.h"

#include "folio/error.h"
#include "formats/tokenizer_json.h"
#include "tokenizers/bpe/tokenizer.h"

namespace folio {
namespace {

std::unique_ptr<Tokenizer> make_of_type(const JsonPart& model) {
  // Files that are older than the name of the type have merges where they are of BPE.
  const std::string type = model.has("type") || !model.has("merges") ? model.at("type").text() : "BPE";
  if (type == "BPE") return std::make_unique<bpe::BpeTokenizer>(bpe::TrainingOptions{});
  model.at("type").fail("'" + type + "' is not supported, expected 'BPE'");
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
