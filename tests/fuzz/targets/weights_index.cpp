// The index of weights in several files. Each file that it names is one of the folder.

#include "formats/model_weights.h"
#include "fuzz.h"

namespace folio::fuzz {

void one_input(std::string_view bytes) {
  is_taken("model.safetensors.index.json", [&] {
    for (const auto& [tensor, file] : parse_weights_index(bytes, "model.safetensors.index.json")) {
      FOLIO_FUZZ_REQUIRE(file.find_first_of("/\\") == std::string::npos);
      FOLIO_FUZZ_REQUIRE(file.ends_with(".safetensors") && file.size() > std::string_view(".safetensors").size());
    }
  });
}

}  // namespace folio::fuzz
