// Runs as JSON: what `runner export` writes, or an object of numbers.

#include "imports.h"

namespace folio::fuzz {

void one_input(std::string_view bytes) {
  static InputFile file("input.json");
  check_import(file.with(bytes), "input.json");
}

}  // namespace folio::fuzz
