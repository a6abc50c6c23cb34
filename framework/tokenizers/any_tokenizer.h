#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "folio/tokenizer.h"

namespace folio {

/// The tokenizer of a tokenizer.json, whichever of Folio's kinds it is (model.type; a file without one, as GPT-2's own,
/// is told by its parts). `name` is what messages call the file. Throws Error (run) naming the file and the JSON path
/// of what is wrong or not supported.
std::unique_ptr<Tokenizer> tokenizer_from_json(std::string_view text, const std::string& name);

}  // namespace folio
