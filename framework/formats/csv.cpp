#include "formats/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "support/error.h"
#include "support/utf8.h"

namespace folio {

namespace {

/// The text without the blanks, control characters and characters without width that it begins with, all of which a
/// spreadsheet may take away.
std::string_view trimmed_front(std::string_view text) {
  while (!text.empty()) {
    const DecodedCodePoint point = decode_code_point(text, 0);
    const bool blank = point.value == ' ' || point.value == 0xA0 || point.value == 0x1680 || point.value == 0x202F ||
                       (point.value >= 0x2000 && point.value <= 0x200A) || point.value == 0x205F ||
                       point.value == 0x3000;
    if (!blank && !is_hidden(point.value)) break;
    text.remove_prefix(point.length);
  }
  return text;
}

/// Whether a spreadsheet would calculate what the cell says instead of showing it: "=1+1", " @SUM(A1)", "-2+3", or one
/// of these in full width.
bool begins_formula(std::string_view text) {
  if (!text.empty() && (text.front() == '\t' || text.front() == '\r')) return true;
  text = trimmed_front(text);
  if (text.empty()) return false;
  const char32_t first = decode_code_point(text, 0).value;
  if (std::u32string_view(U"=+-@\uFF1D\uFF0B\uFF0D\uFF20").find(first) == std::u32string_view::npos) return false;
  const bool signed_number = first == '-' || first == '+';
  if (!signed_number) return true;
  const std::string_view digits = text.substr(1);
  double number = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  return error != std::errc() || stop != end || digits.front() == '-';
}

}  // namespace

std::string csv_cell(std::string_view text) {
  const std::string shown = (begins_formula(text) ? "'" : "") + std::string(text);
  if (shown.find_first_of(",;\"\n\r\t") == std::string::npos) return shown;
  std::string cell = "\"";
  for (const char c : shown) cell += c == '"' ? std::string("\"\"") : std::string(1, c);
  return cell + "\"";
}

std::string csv_number(double number) {
  constexpr double kExact = 9007199254740992;  // 2^53
  if (std::abs(number) <= kExact && number == std::floor(number) && !(number == 0 && std::signbit(number)))
    return std::to_string(static_cast<long long>(number));
  return fmt::format("{}", number);
}

std::vector<std::vector<std::string>> read_csv(std::string_view text, const std::string& name, std::size_t most_cells) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const std::string_view first = text.substr(0, text.find('\n'));
  const auto count = [&](char c) { return std::count(first.begin(), first.end(), c); };
  char separator = ',';
  for (const char c : {';', '\t'})
    if (count(c) > count(separator)) separator = c;
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> row;
  std::string cell;
  bool quoted = false;
  std::size_t cells = 0;
  const auto end_cell = [&] {
    if (++cells > most_cells)
      throw Error(ErrorKind::store, fmt::format("{}: has more than {} cells", name, most_cells));
    row.push_back(std::exchange(cell, ""));
  };
  const auto end_row = [&] {
    if (row.empty() && cell.empty()) return;  // an empty line
    end_cell();
    rows.push_back(std::move(row));
    row.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"')
      cell += text[i++];
    else if (c == '"' && (quoted || cell.empty()))
      quoted = !quoted;
    else if (quoted)
      cell += c;
    else if (c == separator)
      end_cell();
    else if (c == '\n')
      end_row();
    else if (c != '\r')
      cell += c;
  }
  end_row();
  return rows;
}

}  // namespace folio
