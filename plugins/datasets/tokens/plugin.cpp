#include "folio/plugin.h"

#include <memory>

#include "folio/dataset.h"
#include "input/find_files.h"
#include "tokens/tokens.h"

FOLIO_PLUGIN(
    "dataset", "tokens", .version = "1.0", .summary = "Token ids made elsewhere: nanoGPT's and llm.c's .bin files",
    .options = folio::tokens::options,
    .make_dataset = [](const folio::OptionValues& values) -> std::unique_ptr<folio::Dataset> {
      return std::make_unique<folio::tokens::Tokens>(values, folio::input::experiment_folders());
    })
