#pragma once

#include <string>

#include "tokenizers/wordpiece/vocabulary.h"

/// tokenizer.json of WordPiece tokenizers, as Hugging Face's tokenizers writes it.
namespace folio::wordpiece {

std::string to_json(const Vocabulary& vocabulary);

/// Reads a file whose normalizer is BertNormalizer, its pre-tokenizer BertPreTokenizer and its decoder WordPiece, as
/// BERT's own are. Throws Error (run) naming the JSON path of what is wrong or not supported.
Vocabulary from_json(const TokenizerJson& json);

/// The tokens of a file's "model" alone, with what belongs to them.
Vocabulary read_model(const JsonPart& model);

}  // namespace folio::wordpiece
