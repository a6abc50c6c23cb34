// trainer_state.json and, after a line "%%", the model's config.json.

#include "imports.h"

namespace folio::fuzz {

void one_input(std::string_view bytes) {
  static InputFile state("trainer/trainer_state.json"), config("trainer/config.json");
  const TwoParts parts = two_parts(bytes);
  config.with(parts.second);
  check_import(state.with(parts.first), "trainer_state.json");
}

}  // namespace folio::fuzz
