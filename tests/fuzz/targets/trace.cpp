// Two trace.bin, between which there is a line "%%".

#include "runs/record/trace.h"

#include "fuzz.h"

namespace folio::fuzz {

void one_input(std::string_view bytes) {
  static InputFile a("a-trace.bin"), b("b-trace.bin");
  const TwoParts parts = two_parts(bytes);
  is_taken("trace.bin", [&] {
    const auto first = runs::read_trace(a.with(parts.first)), second = runs::read_trace(b.with(parts.second));
    FOLIO_FUZZ_REQUIRE(!runs::first_divergence(first, first));
    if (const auto divergence = runs::first_divergence(first, second))
      FOLIO_FUZZ_REQUIRE(!runs::meaning_of(*divergence).empty());
  });
}

}  // namespace folio::fuzz
