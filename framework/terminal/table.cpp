#include "terminal/table.h"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <numeric>
#include <optional>
#include <set>

#include "support/utf8.h"
#include "terminal/page.h"
#include "terminal/terminal.h"

namespace folio {
namespace {

constexpr int kBetween = 2;       // blanks between columns
constexpr int kNarrowest = 20;    // that sentences are wrapped to
constexpr int kBelow = 4;         // blanks before what stands below its row
constexpr int kLeastOfText = 12;  // that cells of text are cut to
constexpr int kLeastOfFirst = 20;

}  // namespace

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

void Table::add_row(std::vector<std::string> cells) {
  assert(cells.size() == columns_.size());
  for (std::string& cell : cells) {
    cell = of_even_width(cell);
    std::replace_if(cell.begin(), cell.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  }
  rows_.push_back(std::move(cells));
}

/// How wide the columns are, those that are shown, and what becomes of the last one.
struct Table::Layout {
  enum class Last { whole, wrapped, below };

  std::vector<std::size_t> shown;  ///< the columns, in their order
  std::vector<int> widths;         ///< theirs
  Last last = Last::whole;
  int last_width = 0;  ///< of its lines, where it is not whole
  bool breaks_words = false;
  std::vector<std::string> left_out{};

  /// Of the columns before `end`, with what stands between them.
  int width_of(std::size_t end) const {
    return std::accumulate(widths.begin(), widths.begin() + static_cast<std::ptrdiff_t>(end),
                           kBetween * std::max(0, static_cast<int>(end) - 1));
  }
  /// The columns that stand in the row's own line.
  std::size_t in_line() const { return widths.size() - (last == Last::below ? 1 : 0); }
};

bool Table::has_heading() const {
  return std::any_of(columns_.begin(), columns_.end(), [](const Column& column) { return !column.title.empty(); });
}

/// Every column, as wide as its cells.
Table::Layout Table::natural_layout() const {
  Layout layout;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    int widest = display_width(columns_[c].title);
    for (const auto& row : rows_) widest = std::max(widest, display_width(row[c]));
    layout.shown.push_back(c);
    layout.widths.push_back(widest);
  }
  return layout;
}

/// The lines of a table whose columns are as wide as the layout says; cells that are wider are cut.
std::string Table::lines(const Layout& layout) const {
  const std::size_t count = layout.in_line();
  const int before_last = layout.widths.size() < 2 ? 0 : layout.width_of(layout.widths.size() - 1) + kBetween;
  std::string text;
  const auto add_line = [&](const auto& cell_of) {
    std::string line;
    for (std::size_t c = 0; c < count; ++c) {
      const int width = layout.widths[c];
      const std::string cell = cut_to_width(cell_of(layout.shown[c]), width);
      const std::string padding(static_cast<std::size_t>(std::max(0, width - display_width(cell))), ' ');
      line += (c > 0 ? std::string(kBetween, ' ') : "") +
              (columns_[layout.shown[c]].align == Align::left ? cell + padding : padding + cell);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  };
  if (has_heading()) add_line([&](std::size_t c) -> const std::string& { return columns_[c].title; });
  for (const auto& row : rows_) {
    if (layout.last == Layout::Last::whole) {
      add_line([&](std::size_t c) -> const std::string& { return row[c]; });
      continue;
    }
    const std::string& last = row.back();
    auto cell_lines =
        layout.breaks_words ? broken_lines(last, layout.last_width) : wrapped_lines(last, layout.last_width);
    if (cell_lines.empty()) cell_lines.emplace_back();
    const bool below = layout.last == Layout::Last::below;
    add_line([&](std::size_t c) -> const std::string& { return c + 1 == row.size() ? cell_lines[0] : row[c]; });
    for (std::size_t i = below ? 0 : 1; i < cell_lines.size(); ++i)
      if (!cell_lines[i].empty())
        text += std::string(static_cast<std::size_t>(below ? kBelow : before_last), ' ') + cell_lines[i] + '\n';
  }
  return text;
}

std::string Table::to_text(int width) const {
  Layout layout = natural_layout();
  const int whole = layout.width_of(layout.widths.size());
  if (width > 0 && whole > width && columns_.back().align == Align::left) {
    layout.last = Layout::Last::wrapped;
    layout.last_width = std::max(kNarrowest, width - (whole - layout.widths.back()));
    layout.widths.back() = whole;  // its lines are as wide as their words
  }
  return lines(layout);
}

/// Makes columns of text narrower, the widest first, as far as is needed and they can be.
void Table::narrow(Layout& layout, int width) const {
  while (layout.width_of(layout.in_line()) > width) {
    std::optional<std::size_t> widest;
    for (std::size_t c = 0; c < layout.in_line(); ++c) {
      const int least = c == 0 ? kLeastOfFirst : kLeastOfText;
      const int now = layout.widths[c];
      if (columns_[layout.shown[c]].align == Align::left && now > least && (!widest || now > layout.widths[*widest]))
        widest = c;
    }
    if (!widest) return;
    --layout.widths[*widest];
  }
}

Table::Layout Table::layout_for(int width) const {
  Layout layout = natural_layout();
  const std::vector<int> natural = layout.widths;
  const auto fits = [&] { return layout.width_of(layout.in_line()) <= width; };
  if (fits()) return layout;
  if (columns_.size() > 1 && columns_.back().align == Align::left && natural.back() > kNarrowest) {
    const int room = width - layout.width_of(natural.size() - 1) - kBetween;
    layout.breaks_words = true;
    layout.last = room >= kNarrowest ? Layout::Last::wrapped : Layout::Last::below;
    layout.last_width = room >= kNarrowest ? room : width - kBelow;
    if (room >= kNarrowest) layout.widths.back() = room;
  }
  narrow(layout, width);
  std::set<std::size_t> left_out;
  while (!fits() && layout.in_line() > 1) {
    layout.last = Layout::Last::whole;
    const auto least =
        std::min_element(layout.shown.rbegin(), layout.shown.rend() - 1,
                         [&](std::size_t a, std::size_t b) { return columns_[a].weight < columns_[b].weight; });
    left_out.insert(*least);
    layout.shown.erase(std::next(least).base());
    layout.widths.clear();
    for (const std::size_t c : layout.shown) layout.widths.push_back(natural[c]);
    narrow(layout, width);
  }
  for (const std::size_t c : left_out) layout.left_out.push_back(columns_[c].title);
  if (!fits()) layout.widths.front() = width;
  return layout;
}

std::string Table::fitted(int width) const {
  if (width <= 0) return to_text();
  const Layout layout = layout_for(width);
  std::string text = lines(layout);
  if (layout.left_out.empty()) return text;
  std::string names;
  for (const std::string& name : layout.left_out) names += (names.empty() ? "" : ", ") + name;
  return text + wrapped("No room for: " + names, 0, width);
}

namespace {

/// A bar within a cell would begin another, and a line end would end the row.
std::string markdown_cell(std::string_view text) {
  std::string cell;
  for (const char c : without_controls(text)) cell += c == '|' ? std::string("\\|") : std::string(1, c);
  return cell;
}

}  // namespace

std::string Table::to_markdown() const {
  std::string text = "|";
  for (const Column& column : columns_) text += " " + markdown_cell(column.title) + " |";
  text += "\n|";
  for (const Column& column : columns_) text += column.align == Align::left ? "-|" : "-:|";
  text += "\n";
  for (const auto& row : rows_) {
    text += "|";
    for (const std::string& cell : row) text += " " + markdown_cell(cell) + " |";
    text += "\n";
  }
  return text;
}

}  // namespace folio
