#pragma once

#include <string>
#include <vector>

namespace folio {

/// A table of text, set in columns with two spaces between, rows ending without trailing spaces.
class Table {
 public:
  enum class Align { left, right };

  struct Column {
    std::string title;
    Align align = Align::left;
    int weight = 0;  ///< where there is no room for all, columns of the least weight are left out first
  };

  explicit Table(std::vector<Column> columns);

  /// As many cells as there are columns. Cells may hold UTF-8 and colour; they are made of_even_width().
  void add_row(std::vector<std::string> cells);

  bool empty() const { return rows_.empty(); }
  const std::vector<Column>& columns() const { return columns_; }
  const std::vector<std::vector<std::string>>& rows() const { return rows_; }

  /// Each line ends with a line end. With all titles empty there is no heading. Where a width is given, the last column
  /// is wrapped at blanks to keep to it, as far as the other columns leave it room.
  std::string to_text(int width = 0) const;

  /// The table in lines of `width` columns at most; 0 is any width. Where it is wider, a last column of sentences is
  /// wrapped, or stands below its row; then cells of text are cut and end in "…"; then columns are left out, of
  /// those of the least weight the last first, and named in a line below; the first column stays. Numbers are whole or
  /// left out.
  std::string fitted(int width) const;

  /// A table of GitHub's Markdown.
  std::string to_markdown() const;

 private:
  struct Layout;

  bool has_heading() const;
  Layout natural_layout() const;
  void narrow(Layout& layout, int width) const;
  Layout layout_for(int width) const;
  std::string lines(const Layout& layout) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace folio
