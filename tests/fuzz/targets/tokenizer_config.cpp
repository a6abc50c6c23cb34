// tokenizer_config.json and special_tokens_map.json.

#include "fuzz.h"
#include "tokenizers/special_roles.h"

namespace folio::fuzz {

void one_input(std::string_view bytes) {
  is_taken("tokenizer_config.json", [&] { roles_of_config(bytes, "tokenizer_config.json"); });
}

}  // namespace folio::fuzz
