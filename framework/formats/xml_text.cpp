#include "formats/xml_text.h"

#include "support/utf8.h"

namespace folio {

std::string xml_text(std::string_view text) {
  const std::string valid = replace_invalid_utf8(std::string(text));
  std::string result;
  for (std::size_t i = 0; i < valid.size(); ++i) {
    const char c = valid[i];
    const bool unknown_character = valid.compare(i, 3, "\xEF\xBF\xBE") == 0 || valid.compare(i, 3, "\xEF\xBF\xBF") == 0;
    if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else if (c == '"')
      result += "&quot;";
    else if (c == '\'')
      result += "&#39;";
    else if ((static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n') || c == 0x7F || unknown_character)
      result += "\xEF\xBF\xBD", i += unknown_character ? 2 : 0;
    else
      result += c;
  }
  return result;
}

}  // namespace folio
