// events.jsonl. An event that was read is written as a line that reads back as the same event.

#include "runs/record/events.h"

#include "fuzz.h"

namespace folio::fuzz {

void one_input(std::string_view bytes) {
  static InputFile file("events.jsonl"), again("again.jsonl");
  std::string lines;
  is_taken("events.jsonl", [&] {
    runs::for_each_event(file.with(bytes), [&](const runs::Event& event) { lines += to_line(event) + "\n"; });
  });
  std::string second;
  const auto skipped =
      runs::for_each_event(again.with(lines), [&](const runs::Event& event) { second += to_line(event) + "\n"; });
  FOLIO_FUZZ_REQUIRE(skipped == 0);
  FOLIO_FUZZ_REQUIRE(second == lines);
}

}  // namespace folio::fuzz
