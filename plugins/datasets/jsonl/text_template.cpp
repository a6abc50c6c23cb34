#include "jsonl/text_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "folio/error.h"

namespace folio::jsonl {
namespace {

[[noreturn]] void fail_template(std::string_view text, const std::string& problem) {
  throw Error(ErrorKind::experiment,
              fmt::format("dataset.template: '{}': {}; expected fields in braces, as in '{{title}}: {{text}}', and "
                          "{{{{ or }}}} for a literal brace",
                          text, problem));
}

}  // namespace

TextTemplate TextTemplate::of_field(std::string name) {
  TextTemplate result;
  result.add_field(std::move(name));
  return result;
}

TextTemplate TextTemplate::parse(std::string_view text) {
  TextTemplate result;
  std::string literal;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if ((c == '{' || c == '}') && text.substr(at + 1).starts_with(c)) {
      literal += c;
      at += 2;
    } else if (c == '}') {
      fail_template(text, fmt::format("the '}}' at character {} closes nothing", at + 1));
    } else if (c == '{') {
      const std::size_t close = text.find_first_of("{}", at + 1);
      if (close == text.npos || text[close] == '{')
        fail_template(text, fmt::format("the '{{' at character {} is not closed", at + 1));
      if (close == at + 1) fail_template(text, fmt::format("'{{}}' at character {} names no field", at + 1));
      result.add_literal(std::exchange(literal, {}));
      result.add_field(std::string(text.substr(at + 1, close - at - 1)));
      at = close + 1;
    } else {
      literal += c;
      ++at;
    }
  }
  result.add_literal(std::move(literal));
  if (result.fields_.empty()) fail_template(text, "it names no field");
  return result;
}

void TextTemplate::add_literal(std::string literal) {
  if (!literal.empty()) parts_.push_back({.is_field = false, .field = 0, .literal = std::move(literal)});
}

void TextTemplate::add_field(std::string name) {
  const auto place = std::find(fields_.begin(), fields_.end(), name);
  const auto number = static_cast<std::size_t>(place - fields_.begin());
  if (place == fields_.end()) fields_.push_back(std::move(name));
  parts_.push_back({.is_field = true, .field = number, .literal = {}});
}

}  // namespace folio::jsonl
