#include "tokenizers/wordpiece/decoder.h"

#include <utility>

namespace folio::wordpiece {
namespace {

/// In this order. Most can only be in an added token, since the pre-tokeniser makes a word of each apostrophe.
constexpr std::pair<std::string_view, std::string_view> kCleanups[] = {
    {" .", "."},   {" ?", "?"},           {" !", "!"},   {" ,", ","},     {" ' ", "'"},    {" n't", "n't"},
    {" 'm", "'m"}, {" do not", " don't"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"},
};

std::string replace_all(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
  return text;
}

std::string clean_up(std::string text) {
  for (const auto& [what, with] : kCleanups) text = replace_all(std::move(text), what, with);
  return text;
}

}  // namespace

std::string TokenSpelling::first(std::string_view token) const {
  return cleanup_ ? clean_up(std::string(token)) : std::string(token);
}

std::string TokenSpelling::later(std::string_view token) const {
  std::string text = token.starts_with(prefix_) ? std::string(token.substr(prefix_.size())) : " " + std::string(token);
  return cleanup_ ? clean_up(std::move(text)) : text;
}

}  // namespace folio::wordpiece
