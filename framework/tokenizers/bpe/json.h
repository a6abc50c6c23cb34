#pragma once

#include <string>
#include <string_view>

#include "tokenizers/bpe/vocabulary.h"

/// tokenizer.json of byte-level BPE tokenizers, as Hugging Face's tokenizers writes it.
namespace folio::bpe {

std::string to_json(const Vocabulary& vocabulary);

/// Reads a file whose decoder is ByteLevel and whose pre-tokenizer is GPT-2's or Llama 3's, its merges in either of the
/// two spellings. Throws Error (run) naming the JSON path of what is wrong or not supported.
Vocabulary from_json(std::string_view text);

}  // namespace folio::bpe
