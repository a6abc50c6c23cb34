#pragma once

#include <string>
#include <string_view>

namespace folio {

/// Whether these are the bytes of a SentencePiece model and no JSON.
bool is_sentencepiece(std::string_view bytes);

/// The tokenizer.json that encodes as the SentencePiece model does: BPE or Unigram, its normalizer, its user-defined
/// pieces. It is the conversion of Hugging Face's transformers 5.24 (SpmConverter.build_tokenizer_from_spm_proto).
/// `name` is what messages call the file. Throws Error (run) where the bytes are cut short or the model is of words or
/// characters.
std::string json_of_sentencepiece(std::string_view bytes, const std::string& name);

}  // namespace folio
