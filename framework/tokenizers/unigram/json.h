#pragma once

#include <string>

#include "tokenizers/unigram/vocabulary.h"

/// tokenizer.json of Unigram tokenizers, as Hugging Face's tokenizers writes it.
namespace folio::unigram {

std::string to_json(const Vocabulary& vocabulary);

/// Reads a file whose pre-tokenizer is Metaspace, whose normalizer is none, NFC or NFKC, and whose decoder is Metaspace
/// or what byte fallback needs. Throws Error (run) naming the JSON path of what is wrong or not supported.
Vocabulary from_json(const TokenizerJson& json);

/// The pieces of a file's "model" alone, with what belongs to them; unk_id is -1 where it has none.
Vocabulary read_model(const JsonPart& model);

}  // namespace folio::unigram
