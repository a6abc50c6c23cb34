#include "runs/report/html_report.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "runs/report/html_page.h"
#include "unit/runs/compared_runs.h"
#include "unit/runs/plot/plots.h"

using namespace folio;
using namespace folio::runs;
using folio::runs::test::finished_run;
using folio::runs::test::PlotRuns;

namespace {

/// A report on so many runs, with curves of noise.
class Reported {
 public:
  explicit Reported(int count) {
    for (int i = 0; i < count; ++i) {
      Run run = finished_run();
      run.summary.id = "run" + std::to_string(i);
      run.summary.name = "small" + std::to_string(i % 3);
      run.summary.metrics["train_loss"] = 6.5 + i;
      run.sample = Sample{400, "O woe", std::string(2000, 'a' + static_cast<char>(i % 26))};
      runs.add(run.summary.id, run.summary.name, 1e-3 * (i + 1), 1);
      runs.runs.back() = run.summary;
      for (int step = 0; step < 3000; ++step)
        runs.values[{run.summary.id, "loss"}].push_back({step, 6 + std::sin(step * (i + 1.7))});
      report.runs.push_back(run);
    }
    for (int i = 1; i < count; ++i)
      report.comparisons.push_back(compare(report.runs[0], report.runs[static_cast<std::size_t>(i)]));
    fields.emplace(runs.runs, runs.settings);
    report.table = make_table(runs.runs, runs.settings, *fields, {});
    report.plots = {runs.plot({})};
    report.command = "./runner report run0";
    report.results = "/data/results";
  }

  PlotRuns runs;
  std::optional<RunFields> fields;
  Report report;
};

}  // namespace

TEST_CASE("a report says what was compared, whether it may be, and what made it of which runs") {
  const std::string page = html_of(Reported(2).report);
  for (const char* text : {"Can they be compared?", "In short", "<svg", "Text that they made", "Environment",
                           "From the runs run0 run1.", "./runner report run0", "/data/results", " UTC by Folio "})
    CHECK_THAT(page, Catch::Contains(text));
}

TEST_CASE("a report needs nothing from anywhere") {
  const std::string page = html_of(Reported(2).report);
  for (const char* text : {"<script", "<link", "<img", "@import", "url(", "src=", "href="})
    CHECK_THAT(page, !Catch::Contains(text));
  CHECK_THAT(page, Catch::Contains("default-src 'none'"));
}

TEST_CASE("a report on many runs says of each whether it can be compared with the first") {
  const std::string page = html_of(Reported(5).report);
  CHECK_THAT(page, Catch::Contains("Each run with the first, A.") && Catch::Contains("loss per token"));
}

TEST_CASE("a report keeps to its size, and says what it left out") {
  const int count = GENERATE(1, 40, 300);
  Reported reported(count);
  const std::string page = html_of(reported.report);
  CAPTURE(count);
  CHECK(page.size() <= 300'000);
  if (count == 300) CHECK_THAT(page, Catch::Contains("left out, to keep the page small"));
}

TEST_CASE("a report keeps to its size whatever its runs bring along") {
  Reported reported(4);
  Report& report = reported.report;
  SECTION("a long note") { report.runs[1].summary.note = std::string(400'000, '<'); }
  SECTION("a long error") {
    report.runs = {report.runs[0]};
    report.runs[0].summary.error = RunError{ErrorKind::run, std::string(400'000, '"')};
  }
  SECTION("thousands of metrics") {
    report.runs = {report.runs[0]};
    for (int i = 0; i < 3500; ++i) report.runs[0].summary.metrics["metric_" + std::to_string(i)] = i;
  }
  SECTION("thousands of columns") {
    report.table.columns.resize(500, report.table.columns.back());
    for (RunTable::Row& row : report.table.rows) row.cells.resize(500, row.cells.back());
  }
  SECTION("a long command") { report.command = std::string(400'000, 'x'); }
  const std::string page = html_of(report);
  CHECK(page.size() <= 300'000);
  CHECK_THAT(page, Catch::Contains("parts of this page are left out, to keep it small") ||
                       Catch::Contains("more columns left out"));
  CHECK_THAT(page, Catch::Contains("How this page was made"));
}

TEST_CASE("a report on runs of which nothing can be drawn says why") {
  Reported reported(2);
  reported.report.plots[0].curves.clear();
  reported.report.plots[0].notes = {"run run0 (small0): no value of loss that can be drawn"};
  CHECK_THAT(html_of(reported.report), Catch::Contains("Nothing of loss can be drawn.") &&
                                           Catch::Contains("no value of loss that can be drawn") &&
                                           !Catch::Contains("<svg"));
}

TEST_CASE("texts from outside are shown as they are in a report") {
  Reported reported(2);
  reported.report.runs[0].sample->text = "<script>alert(1)</script>\n& more\x1b[31m";
  reported.report.runs[0].summary.note = "\"><img src=x onerror=alert(1)>";
  const std::string page = html_of(reported.report);
  CHECK_THAT(page, !Catch::Contains("<script") && !Catch::Contains("<img") && !Catch::Contains("\x1b"));
  CHECK_THAT(page, Catch::Contains("&lt;script&gt;alert(1)&lt;/script&gt;\n&amp; more"));
}

TEST_CASE("a page of HTML has headings, tables and findings") {
  HtmlPage page;
  page.heading("Metrics", "of <both>");
  Table table({{"name"}, {"value", Table::Align::right}});
  table.add_row({"loss", "6.5"});
  page.table(table);
  page.table(Table({{"empty"}}));
  page.finding("differs", "data: a | b", "they read other text");
  page.line("  ./runner diff a b");
  page.paragraph("type `runner ls`, not ` alone");
  const std::string text = page.document("A & B");
  CHECK_THAT(text, Catch::Contains("<h2>Metrics <span class=\"answer\">of &lt;both&gt;</span></h2>") &&
                       Catch::Contains("<th scope=\"col\" class=\"number\">value</th>") &&
                       Catch::Contains("<td class=\"number\">6.5</td>") && !Catch::Contains("empty") &&
                       Catch::Contains("<dt>differs</dt>") && Catch::Contains("<p>./runner diff a b</p>") &&
                       Catch::Contains("<p>type <code>runner ls</code>, not ` alone</p>") &&
                       Catch::Contains("<title>A &amp; B</title>"));
}
