#include "worker/token_text.h"

#include <fmt/format.h>

#include "support/utf8.h"
#include "text/char_class.h"

namespace folio::worker {

std::string spelled(std::string_view token) {
  std::string text;
  for (std::size_t at = 0; at < token.size();) {
    const DecodedCodePoint point = decode_code_point(token, at);
    for (std::size_t i = at; !point.valid && i < at + point.length; ++i)
      text += fmt::format("<0x{:02X}>", static_cast<unsigned char>(token[i]));
    if (point.valid) text += token.substr(at, point.length);
    at += point.length;
  }
  return text;
}

std::int64_t count_words(std::string_view text) {
  std::int64_t words = 0;
  bool in_word = false;
  for (std::size_t at = 0; at < text.size();) {
    const DecodedCodePoint point = decode_code_point(text, at);
    at += point.length;
    const bool space = char_class(point.value) == CharClass::space;
    if (!space && !in_word) ++words;
    in_word = !space;
  }
  return words;
}

const nlohmann::json& TokenDescriber::operator()(TokenId id) {
  const auto [entry, is_new] = described_.try_emplace(id);
  if (is_new) {
    entry->second = {id, spelled(tokenizer_.token(id))};
    if (id == unknown_)
      entry->second.push_back("unknown");
    else if (is_special(id))
      entry->second.push_back("special");
  }
  return entry->second;
}

bool TokenDescriber::is_special(TokenId id) const {
  const auto decoded = [&](bool skip) { return tokenizer_.decode(std::span(&id, 1), skip); };
  return decoded(true).empty() && !decoded(false).empty();
}

}  // namespace folio::worker
