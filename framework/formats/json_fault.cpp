#include "formats/json_fault.h"

#include <algorithm>

namespace folio {

std::string json_fault(std::string_view text, std::size_t place, std::string_view problem) {
  const std::string_view before = text.substr(0, std::min(place, text.size()));
  const std::string line = std::to_string(1 + std::count(before.begin(), before.end(), '\n'));
  if (before.size() == text.size())
    return "it ends in the middle of a value, in line " + line + " (after " + std::to_string(text.size()) + " bytes)";
  const std::size_t line_end = before.rfind('\n');
  const std::size_t byte = line_end == std::string_view::npos ? place + 1 : place - line_end;
  return "line " + line + ", byte " + std::to_string(byte) + " of the line: " + std::string(problem);
}

}  // namespace folio
