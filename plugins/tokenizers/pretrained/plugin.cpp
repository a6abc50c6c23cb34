#include "folio/plugin.h"

#include <cstdlib>
#include <filesystem>
#include <memory>

#include "tokenizers/pretrained.h"

namespace {

folio::OptionTable options() {
  return {folio::text("file").help("the tokenizer.json, relative to the experiment's folder")};
}

/// The host sets FOLIO_EXPERIMENT_DIR to the experiment's folder.
std::filesystem::path experiment_folder() {
  const char* const folder = std::getenv("FOLIO_EXPERIMENT_DIR");
  return folder != nullptr ? folder : "";
}

std::unique_ptr<folio::Tokenizer> make(const folio::OptionValues& values) {
  return std::make_unique<folio::PretrainedTokenizer>(experiment_folder() / values.text("file"));
}

}  // namespace

FOLIO_PLUGIN("tokenizer", "pretrained", .version = "1.0",
             .summary = "A tokenizer.json of Hugging Face's tokenizers, as it is", .options = options,
             .make_tokenizer = make)
