#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>

#include "terminal/page.h"

namespace folio::runs {

/// A page as HTML in one file that needs nothing else: no script, no font, no network. It is light or dark as its
/// reader's screen is, keeps to narrow screens, and prints in black on white. All texts are escaped.
class HtmlPage : public Page {
 public:
  HtmlPage() : Page(Form::html, Paint(false), 0) {}

  /// From here on nothing is added by which the page would get larger than this; rows of tables are left out one by
  /// one. The page says at its end what is missing.
  void keep_below(std::size_t bytes) { most_bytes_ = bytes; }

  void heading(std::string_view title, std::string_view answer = "") override;
  void line(std::string_view text) override;
  void paragraph(std::string_view text) override;
  void finding(const std::string& painted_word, const std::string& found, const std::string& meaning = "") override;
  void table(const Table& table) override;
  void drawing(std::string_view lines) override;

  /// A smaller heading, below the last.
  void subheading(std::string_view title);

  /// A picture as to_svg() makes it, which is taken as it is.
  void figure(std::string_view svg);

  /// What follows until end_fold() is shown when its title is clicked, and on paper.
  void begin_fold(std::string_view title);
  void end_fold() { body_ += "</details>\n"; }

  /// The whole file.
  std::string document(std::string_view title) const;

 private:
  void add(const std::string& part);

  std::string body_;
  std::size_t most_bytes_ = std::numeric_limits<std::size_t>::max();
  std::size_t left_out_ = 0;  ///< parts that would have made it too large
};

}  // namespace folio::runs
