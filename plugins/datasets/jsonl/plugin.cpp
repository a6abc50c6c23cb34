#include "folio/plugin.h"

#include <memory>

#include "folio/dataset.h"
#include "input/find_files.h"
#include "jsonl/jsonl.h"

FOLIO_PLUGIN(
    "dataset", "jsonl", .version = "1.0", .summary = "A text field of each line of JSON Lines files",
    .options = folio::jsonl::options,
    .make_dataset = [](const folio::OptionValues& values) -> std::unique_ptr<folio::Dataset> {
      return std::make_unique<folio::jsonl::Jsonl>(values, folio::input::experiment_folders());
    })
