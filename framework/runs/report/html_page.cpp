#include "runs/report/html_page.h"

#include <fmt/format.h>

#include "formats/xml_text.h"
#include "support/version.h"

namespace folio::runs {
namespace {

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --text: #1c2024; --soft: #5b6470; --line: #dfe3e8; --ground: #ffffff; --raised: #f6f7f9; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6e8eb; --soft: #9aa4b1; --line: #2e343b; --ground: #14171a; --raised: #1c2024; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 68rem; padding: 2rem 1.25rem 4rem; background: var(--ground); color: var(--text);
  font: 15px/1.55 system-ui, 'Helvetica Neue', 'DejaVu Sans', sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .75rem; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .5rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
code { font: .9em ui-monospace, 'DejaVu Sans Mono', monospace; }
h2 .answer { font-weight: 400; }
p { margin: .4rem 0; max-width: 46rem; }
.scroll { overflow-x: auto; margin: .75rem 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; }
th, td { padding: .3rem .8rem .3rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line);
  overflow-wrap: normal; }
th { color: var(--soft); font-weight: 600; }
.number { text-align: right; white-space: nowrap; }
dl { display: grid; grid-template-columns: 6rem 1fr; gap: .3rem 1rem; margin: .5rem 0; }
dt { font-weight: 600; } dd { margin: 0; } dd .meaning { color: var(--soft); }
pre { white-space: pre-wrap; background: var(--raised); border: 1px solid var(--line); border-radius: 6px;
  padding: .75rem 1rem; font: .85rem/1.5 ui-monospace, 'DejaVu Sans Mono', monospace; }
figure { margin: 1rem 0; } figcaption { color: var(--soft); font-size: .9rem; }
svg { max-width: 100%; height: auto; }
.plot-text { fill: var(--text); } .plot-grid { stroke: var(--line); }
summary { cursor: pointer; color: var(--soft); margin: .75rem 0; }
@media (max-width: 40rem) { table { width: max-content; } td { max-width: 16rem; } dl { grid-template-columns: 1fr; } }
@media print {
  :root { --text: #000000; --soft: #444444; --line: #cccccc; --ground: #ffffff; --raised: #ffffff; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  details::details-content { content-visibility: visible; }
  figure, tr, pre { break-inside: avoid; } h2, h3 { break-after: avoid; } .scroll { overflow: visible; }
}
)";

/// What stands between two backticks, as commands do in Folio's own sentences, is set as code.
std::string with_code(std::string_view text) {
  std::string result;
  bool code = false;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('`', begin), text.size());
    result += xml_text(text.substr(begin, end - begin));
    const bool opens = !code && end < text.size() && text.find('`', end + 1) != std::string_view::npos;
    if (opens || code) result += code ? "</code>" : "<code>";
    if (end < text.size() && !opens && !code) result += '`';
    code = opens;
    begin = end + 1;
  }
  return result;
}

/// What stands around the body, and what it says of what is missing.
constexpr std::size_t kFrame = 1000 + kStyle.size();

}  // namespace

void HtmlPage::add(const std::string& part) {
  if (body_.size() + part.size() + kFrame > most_bytes_)
    ++left_out_;
  else
    body_ += part;
}

void HtmlPage::heading(std::string_view title, std::string_view answer) {
  std::string text = "<h2>" + xml_text(title);
  if (!answer.empty()) text += " <span class=\"answer\">" + xml_text(answer) + "</span>";
  add(text + "</h2>\n");
}

void HtmlPage::subheading(std::string_view title) { add("<h3>" + xml_text(title) + "</h3>\n"); }

void HtmlPage::line(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(' ');
  if (begin != std::string_view::npos) add("<p>" + with_code(text.substr(begin)) + "</p>\n");
}

void HtmlPage::paragraph(std::string_view text) { line(text); }

void HtmlPage::finding(const std::string& painted_word, const std::string& found, const std::string& meaning) {
  std::string text = "<dl><dt>" + xml_text(painted_word) + "</dt><dd>" + xml_text(found);
  if (!meaning.empty()) text += "<br><span class=\"meaning\">" + with_code(meaning) + "</span>";
  add(text + "</dd></dl>\n");
}

void HtmlPage::table(const Table& table) {
  if (table.empty()) return;
  const std::vector<Table::Column>& columns = table.columns();
  const auto of_column = [&](std::size_t c) {
    return columns[c].align == Table::Align::right ? " class=\"number\"" : "";
  };
  bool titled = false;
  for (const Table::Column& column : columns) titled = titled || !column.title.empty();
  body_ += "<div class=\"scroll\" tabindex=\"0\"><table>\n";
  if (titled) {
    std::string titles = "<thead><tr>";
    for (std::size_t c = 0; c < columns.size(); ++c)
      titles += columns[c].title.empty()
                    ? "<td></td>"
                    : fmt::format("<th scope=\"col\"{}>{}</th>", of_column(c), xml_text(columns[c].title));
    add(titles + "</tr></thead>\n");
  }
  body_ += "<tbody>\n";
  for (const std::vector<std::string>& row : table.rows()) {
    std::string cells = "<tr>";
    for (std::size_t c = 0; c < row.size(); ++c) cells += fmt::format("<td{}>{}</td>", of_column(c), xml_text(row[c]));
    add(cells + "</tr>\n");
  }
  body_ += "</tbody></table></div>\n";
}

void HtmlPage::drawing(std::string_view lines) { add("<pre>" + xml_text(lines) + "</pre>\n"); }

void HtmlPage::figure(std::string_view svg) { add("<figure>\n" + std::string(svg) + "</figure>\n"); }

void HtmlPage::begin_fold(std::string_view title) { body_ += "<details><summary>" + xml_text(title) + "</summary>\n"; }

std::string HtmlPage::document(std::string_view title) const {
  const std::string shown = xml_text(title);
  const std::string missing =
      left_out_ == 0 ? "" : fmt::format("<p>{} parts of this page are left out, to keep it small.</p>\n", left_out_);
  return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
         "<meta name=\"generator\" content=\"Folio " +
         std::string(folio_version()) + "\">\n<title>" + shown + "</title>\n<style>" + std::string(kStyle) +
         "</style>\n</head>\n<body>\n<main>\n<h1>" + shown + "</h1>\n" + body_ + missing +
         "</main>\n</body>\n</html>\n";
}

}  // namespace folio::runs
