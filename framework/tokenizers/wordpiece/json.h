#pragma once

#include <string>
#include <string_view>

#include "tokenizers/wordpiece/vocabulary.h"

/// tokenizer.json of WordPiece tokenizers, as Hugging Face's tokenizers writes it.
namespace folio::wordpiece {

std::string to_json(const Vocabulary& vocabulary);

/// Reads a file whose normalizer is BertNormalizer, its pre-tokenizer BertPreTokenizer and its decoder WordPiece, as
/// BERT's own are. Throws Error (run) naming the JSON path of what is wrong or not supported.
Vocabulary from_json(std::string_view text);

}  // namespace folio::wordpiece
