#include "tokenizers/pipeline/metaspace.h"

#include "support/utf8.h"
#include "tokenizers/pipeline/parts.h"

namespace folio::pipeline {

char32_t single_character(const JsonPart& part) {
  const std::string& text = part.text();
  if (text.empty() || decode_code_point(text, 0).length != text.size()) part.fail_expecting("one character");
  return decode_code_point(text, 0).value;
}

/// Older files have add_prefix_space in place of prepend_scheme, and str_rep, which repeats the replacement.
Metaspace::Metaspace(const JsonPart& part) {
  part.expect_only({"type", "replacement", "prepend_scheme", "split", "add_prefix_space", "str_rep"});
  single_character(part.at("replacement"));
  replacement_ = part.at("replacement").text();
  splits_ = !part.has("split") || part.at("split").is_null() || part.at("split").boolean();
  if (part.has("prepend_scheme")) {
    const JsonPart scheme = part.at("prepend_scheme");
    if (scheme.text() != "always" && scheme.text() != "first" && scheme.text() != "never")
      scheme.fail("'" + scheme.text() + "' is not supported, expected 'always', 'first' or 'never'");
    scheme_ = scheme.text() == "always" ? Scheme::always : scheme.text() == "first" ? Scheme::first : Scheme::never;
  } else if (!boolean_or(part, "add_prefix_space", true)) {
    scheme_ = Scheme::never;
  }
}

std::string Metaspace::mark(std::string_view text, bool begins_text) const {
  std::string marked;
  marked.reserve(text.size() + replacement_.size());
  const bool wanted = scheme_ == Scheme::always || (scheme_ == Scheme::first && begins_text);
  if (wanted && !text.starts_with(' ') && !text.starts_with(replacement_)) marked += replacement_;
  for (const char c : text) c == ' ' ? marked.append(replacement_) : marked.append(1, c);
  return marked;
}

}  // namespace folio::pipeline
