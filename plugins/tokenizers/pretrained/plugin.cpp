#include "folio/plugin.h"

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include "tokenizers/pretrained.h"
#include "tokenizers/special_roles.h"

namespace {

folio::OptionTable options() {
  std::vector<folio::Option> table{
      folio::text("file").help("the tokenizer.json, SentencePiece's .model or tiktoken's .tiktoken file, relative to "
                               "the experiment's folder"),
      folio::text("pattern")
          .absent_means("from the file's name")
          .help("how text is cut into words, for a .tiktoken file: gpt2, cl100k_base, o200k_base, llama3, qwen2 or a "
                "regular expression"),
  };
  for (const folio::SpecialToken token : folio::all_roles()) {
    table.push_back(folio::text(std::string(folio::role_name(token)))
                        .absent_means("from the files")
                        .help("the token for " + std::string(folio::to_string(token))));
  }
  return folio::OptionTable(std::move(table));
}

/// The host sets FOLIO_EXPERIMENT_DIR to the experiment's folder.
std::filesystem::path experiment_folder() {
  const char* const folder = std::getenv("FOLIO_EXPERIMENT_DIR");
  return folder != nullptr ? folder : "";
}

std::unique_ptr<folio::Tokenizer> make(const folio::OptionValues& values) {
  folio::SpecialRoles given;
  for (const folio::SpecialToken token : folio::all_roles())
    if (const std::string name(folio::role_name(token)); values.has(name)) given[token] = values.text(name);
  return std::make_unique<folio::PretrainedTokenizer>(experiment_folder() / values.text("file"), std::move(given),
                                                      values.has("pattern") ? values.text("pattern") : "");
}

}  // namespace

FOLIO_PLUGIN("tokenizer", "pretrained", .version = "1.0",
             .summary = "A tokenizer from a file of Hugging Face's tokenizers, SentencePiece or tiktoken",
             .options = options, .make_tokenizer = make)
