#include "tokenizers/unigram/decoder.h"

#include <algorithm>

#include "support/utf8.h"
#include "tokenizers/unigram/byte_pieces.h"

namespace folio::unigram {
namespace {

std::string replace_marks(std::string_view text, std::string_view replacement) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t mark = std::min(text.find(kSpaceMark, at), text.size());
    result += text.substr(at, mark - at);
    if (mark == text.size()) break;
    result += replacement;
    at = mark + kSpaceMark.size();
  }
  return result;
}

/// Bytes that form characters as these, others each as U+FFFD.
void put_bytes(std::string& bytes, std::string& text) {
  if (!first_invalid_utf8(bytes))
    text += bytes;
  else
    for (std::size_t i = 0; i < bytes.size(); ++i) append_utf8(text, kReplacementCharacter);
  bytes.clear();
}

}  // namespace

Decoder::Decoder(const Vocabulary& vocabulary) : decoding_(vocabulary.decoding), tokens_(vocabulary.pieces.size()) {
  for (std::size_t id = 0; id < vocabulary.pieces.size(); ++id)
    set(static_cast<TokenId>(id), vocabulary.pieces[id].text);
  for (const AddedToken& token : vocabulary.added_tokens) set(token.id, token.content);
}

void Decoder::set(TokenId id, const std::string& text) {
  const auto place = static_cast<std::size_t>(id);
  if (place >= tokens_.size()) tokens_.resize(place + 1);
  tokens_[place] = {replace_marks(text, " "), decoding_ == Decoding::bytes ? byte_of_piece(text) : -1,
                    replace_marks(text, decoding_ == Decoding::bytes ? " " : "")};
}

std::string Decoder::decode(std::span<const TokenId> ids, const AddedTokens& added, bool skip_special_tokens) const {
  std::string text;
  std::string bytes;
  bool first = true;
  for (const TokenId id : ids) {
    const auto place = static_cast<std::size_t>(id);
    if (place >= tokens_.size() || (skip_special_tokens && added.is_special(id))) continue;
    const Token& token = tokens_[place];
    if (token.byte >= 0) {
      bytes += static_cast<char>(token.byte);
    } else {
      put_bytes(bytes, text);
      text += first ? token.first : token.text;
    }
    first = false;
  }
  put_bytes(bytes, text);
  if (decoding_ == Decoding::bytes && text.starts_with(' ')) text.erase(0, 1);
  return text;
}

}  // namespace folio::unigram
