// The JSON beside a plugin's library that says what it declares. What is taken is written so that it reads back the
// same.

#include "formats/description_json.h"
#include "formats/strict_json.h"
#include "fuzz.h"

namespace folio::fuzz {

void one_input(std::string_view bytes) {
  is_taken("", [&] {
    const nlohmann::json first = to_json(plugin_description_from_json(parse_strict_json(bytes, "input.json")));
    FOLIO_FUZZ_REQUIRE(to_json(plugin_description_from_json(first)) == first);
  });
}

}  // namespace folio::fuzz
