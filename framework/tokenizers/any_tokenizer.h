#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "folio/tokenizer.h"
#include "tokenizers/special_roles.h"

namespace folio {

/// A tokenizer as it was read.
struct TokenizerFile {
  std::unique_ptr<Tokenizer> tokenizer;
  SpecialRoles roles;              ///< that the file itself tells
  std::vector<std::string> notes;  ///< what it says that is not done
};

/// The tokenizer of a tokenizer.json, of SentencePiece's .model or of tiktoken's .tiktoken file, which are told apart
/// by what is in them. `name` is what messages call the file; `pattern` is for tiktoken's files (tiktoken.h) and may be
/// empty. Throws Error (run) naming the file and the JSON path of what is wrong or not supported.
TokenizerFile read_tokenizer(std::string_view text, const std::string& name, const std::string& pattern = {});

/// The tokenizer of a tokenizer.json alone, whichever of its kinds it is (model.type; a file without one, as GPT-2's
/// own, is told by its parts).
std::unique_ptr<Tokenizer> tokenizer_from_json(std::string_view text, const std::string& name);

}  // namespace folio
