#include "terminal/table.h"

#include <algorithm>
#include <cassert>
#include <numeric>

#include "terminal/terminal.h"

namespace folio {

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

void Table::add_row(std::vector<std::string> cells) {
  assert(cells.size() == columns_.size());
  rows_.push_back(std::move(cells));
}

std::string Table::to_text(int width) const {
  std::vector<int> widths;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    int widest = display_width(columns_[c].title);
    for (const auto& row : rows_) widest = std::max(widest, display_width(row[c]));
    widths.push_back(widest);
  }
  const int whole = std::accumulate(widths.begin(), widths.end(), 2 * static_cast<int>(widths.size() - 1));
  const int before_last = whole - widths.back();
  constexpr int kNarrowest = 20;
  const bool wraps = width > 0 && whole > width && columns_.back().align == Align::left;
  const int last_width = wraps ? std::max(kNarrowest, width - before_last) : widths.back();
  std::string text;
  const auto add_line = [&](const auto& cell_of) {
    std::string line;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const std::string& cell = cell_of(c);
      const std::string padding(static_cast<std::size_t>(std::max(0, widths[c] - display_width(cell))), ' ');
      line += (c > 0 ? "  " : "") + (columns_[c].align == Align::left ? cell + padding : padding + cell);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  };
  const bool headed = std::any_of(columns_.begin(), columns_.end(), [](const Column& c) { return !c.title.empty(); });
  if (headed) add_line([&](std::size_t c) -> const std::string& { return columns_[c].title; });
  for (const auto& row : rows_) {
    if (!wraps) {
      add_line([&](std::size_t c) -> const std::string& { return row[c]; });
      continue;
    }
    auto lines = wrapped_lines(row.back(), last_width);
    if (lines.empty()) lines.emplace_back();
    add_line([&](std::size_t c) -> const std::string& { return c + 1 == row.size() ? lines[0] : row[c]; });
    for (std::size_t i = 1; i < lines.size(); ++i)
      text += std::string(static_cast<std::size_t>(before_last), ' ') + lines[i] + '\n';
  }
  return text;
}

namespace {

/// A bar within a cell would begin another.
std::string markdown_cell(std::string cell) {
  for (std::size_t at = 0; (at = cell.find('|', at)) != std::string::npos; at += 2) cell.insert(at, 1, '\\');
  return cell;
}

}  // namespace

std::string Table::to_markdown() const {
  std::string text = "|";
  for (const Column& column : columns_) text += " " + column.title + " |";
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
