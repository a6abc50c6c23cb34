#pragma once

#include <functional>
#include <string>

#include "tokenizers/bpe/vocabulary.h"

/// tokenizer.json of byte-level BPE tokenizers, as Hugging Face's tokenizers writes it.
namespace folio::bpe {

std::string to_json(const Vocabulary& vocabulary);

/// Reads a file whose decoder is ByteLevel and whose pre-tokenizer is GPT-2's or Llama 3's, its merges in either of the
/// two spellings. Throws Error (run) naming the JSON path of what is wrong or not supported.
Vocabulary from_json(const TokenizerJson& json);

/// Calls `visit` with each merge of a file's "merges", as an array or a text, in turn.
void for_each_merge(
    const JsonPart& merges,
    const std::function<void(const JsonPart& merge, const std::string& left, const std::string& right)>& visit);

/// Refuses a dropout of merges, which would make ids a matter of chance.
void check_dropout(const JsonPart& model);

}  // namespace folio::bpe
