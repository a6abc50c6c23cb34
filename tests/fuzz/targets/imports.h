#pragma once

#include "fuzz.h"
#include "runs/exchange/import.h"
#include "runs/record/events.h"
#include "runs/record/run_folder.h"

namespace folio::fuzz {

/// Imports what lies there; the runs that this makes are whole, and each of their files can be read.
inline void check_import(const std::filesystem::path& path, std::string_view name) {
  static const std::filesystem::path results = input_folder() / "results";
  std::filesystem::create_directories(results);
  is_taken(name, [&] {
    for (const runs::ImportReport& report : runs::import_runs(results, path).runs) {
      const runs::RunFolder folder(runs::runs_folder(results) / report.id);
      FOLIO_FUZZ_REQUIRE(runs::read_run_info(folder).id == report.id);
      runs::read_resolved(folder);
      FOLIO_FUZZ_REQUIRE(runs::for_each_event(folder.events(), [](const runs::Event&) {}) == 0);
    }
  });
  std::filesystem::remove_all(runs::runs_folder(results));
}

}  // namespace folio::fuzz
