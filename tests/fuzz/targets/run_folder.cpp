// run.json and, after a line "%%", resolved.json. What was read of a run is written so that it reads back the same.

#include "runs/record/run_folder.h"

#include "fuzz.h"
#include "runs/record/run.h"

namespace folio::fuzz {

void one_input(std::string_view bytes) {
  static InputFile info("run/run.json"), resolved("run/resolved.json");
  const TwoParts parts = two_parts(bytes);
  const runs::RunFolder folder(info.path().parent_path());
  info.with(parts.first);
  resolved.with(parts.second);
  is_taken("run.json", [&] {
    const nlohmann::json first = to_json(runs::read_run_info(folder));
    info.with(first.dump());
    FOLIO_FUZZ_REQUIRE(to_json(runs::read_run_info(folder)) == first);
  });
  is_taken("resolved.json", [&] {
    for (const auto& [key, value] : runs::flat_settings(runs::read_resolved(folder))) runs::value_text(value);
  });
}

}  // namespace folio::fuzz
