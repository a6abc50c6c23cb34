#include "tokenizers/pipeline/text_pattern.h"

#include "folio/error.h"

namespace folio::pipeline {

TextPattern::TextPattern(const JsonPart& part) {
  part.expect_only({"String", "Regex"});
  if (part.has("String") == part.has("Regex")) part.fail_expecting("'String' or 'Regex'");
  const JsonPart given = part.at(part.has("String") ? "String" : "Regex");
  if (given.text().empty()) given.fail("is empty");
  if (part.has("String")) {
    string_ = given.text();
    return;
  }
  regex_text_ = given.text();
  try {
    regex_.emplace(regex_text_);
  } catch (const Error& error) {
    given.fail("'" + regex_text_ + "' " + error.what());
  }
}

std::string TextPattern::replace(std::string_view text, std::string_view content) const {
  std::string result;
  std::size_t done = 0;
  for_each(text, [&](std::size_t begin, std::size_t end) {
    result += text.substr(done, begin - done);
    result += content;
    done = end;
  });
  return result += text.substr(done);
}

}  // namespace folio::pipeline
