#include "folio/plugin.h"

#include <memory>
#include <optional>
#include <string>

#include "folio/dataset.h"
#include "textbooks/textbooks.h"

FOLIO_PLUGIN(
    "dataset", "textbooks", .version = "1.0",
    .summary = "Books from a catalogue, or plain text from files, folders or globs",
    .options = folio::textbooks::options,
    .make_dataset = [](const folio::OptionValues& values) -> std::unique_ptr<folio::Dataset> {
      std::optional<std::string> data_dir;
      if (values.has("data_dir")) data_dir = values.text("data_dir");
      return std::make_unique<folio::textbooks::Textbooks>(values, folio::textbooks::places_from_environment(data_dir));
    })
