#include "runs/report/html_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "runs/plot/make_plot.h"
#include "runs/plot/plot_text.h"
#include "runs/record/facts.h"
#include "runs/report/comparison_text.h"
#include "runs/report/html_page.h"
#include "runs/report/plot_page.h"
#include "runs/report/run_table_report.h"
#include "runs/report/run_text.h"
#include "runs/report/standings.h"
#include "support/human.h"
#include "support/utf8.h"
#include "support/version.h"

namespace folio::runs {
namespace {

/// How much of everything is shown.
struct Extent {
  std::size_t points;  ///< of a curve
  std::size_t samples;
  std::size_t sample_bytes;
  std::size_t rows;
  std::size_t columns;
};

constexpr std::array kExtents{Extent{400, 12, 3000, 1000, 100}, Extent{200, 12, 1500, 1000, 60},
                              Extent{100, 8, 800, 500, 60},     Extent{50, 6, 400, 200, 40},
                              Extent{30, 4, 300, 100, 40},      Extent{20, 2, 200, 40, 30},
                              Extent{10, 1, 200, 10, 20}};

constexpr std::size_t kMaking = 8'000;  // bytes for how the page was made, which stands at its end
constexpr std::size_t kMostIds = 300;

constexpr std::size_t kMostInEnvironment = 6;  // runs side by side

std::string title_of(const Report& report) {
  std::vector<std::string> names;
  for (const Run& run : report.runs)
    if (std::find(names.begin(), names.end(), run.summary.name) == names.end()) names.push_back(run.summary.name);
  constexpr std::size_t kMost = 3;
  std::string title = fmt::format(
      "{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kMost)), ", "));
  if (names.size() > kMost) title += fmt::format(" and {} more", names.size() - kMost);
  if (report.runs.size() > names.size()) title += fmt::format(" ({} runs)", report.runs.size());
  return title;
}

/// So many bytes of the text at most, and an ellipsis.
std::string beginning_of(const std::string& text, std::size_t bytes) {
  while (bytes > 0 && is_continuation_byte(text[bytes])) --bytes;
  return text.substr(0, bytes) + " …";
}

class ReportPage {
 public:
  ReportPage(const Report& report, const Extent& extent) : report_(report), extent_(extent) {}

  /// With `strictly` nothing makes it larger than the report's `most_bytes`.
  std::string text(bool strictly) {
    if (strictly) page_.keep_below(report_.most_bytes - kMaking);
    page_.paragraph(fmt::format("Made {} by Folio {}, from {} in {}.", time_of_report(), folio_version(),
                                report_.runs.size() == 1 ? "one run" : fmt::format("{} runs", report_.runs.size()),
                                report_.results));
    if (report_.runs.size() == 1) {
      add_run(page_, report_.runs.front(), /*all=*/false);
      for (const Claim& claim : report_.claims) {
        page_.heading(claim.question);
        page_.paragraph(claim.answer);
      }
    } else {
      add_runs();
      if (report_.runs.size() == 2)
        add_comparison(page_, report_.runs[0], report_.runs[1], report_.comparisons.front(), Curves(), /*all=*/false);
      else
        add_validity();
      add_tables();
    }
    add_curves();
    if (report_.runs.size() > 1) {
      add_samples();
      add_environment();
      add_settings();
    }
    if (strictly) page_.keep_below(report_.most_bytes);
    add_making();
    return page_.document(title_of(report_));
  }

 private:
  /// "2026-11-29T13:02:04.839Z" -> "2026-11-29 13:02"
  static std::string minute_of(std::string created) {
    constexpr std::size_t kToMinute = 16;
    std::replace(created.begin(), created.end(), 'T', ' ');
    return created.substr(0, kToMinute);
  }

  void say_left_out(std::size_t left_out, const char* what) {
    if (left_out > 0) page_.paragraph(fmt::format("{} more {} left out, to keep the page small.", left_out, what));
  }

  void add_runs() {
    const auto any = [&](const auto& has) {
      return std::any_of(report_.runs.begin(), report_.runs.end(), [&](const Run& run) { return has(run.summary); });
    };
    const bool tagged = any([](const RunSummary& run) { return !run.tags.empty(); });
    const bool noted = any([](const RunSummary& run) { return !run.note.empty(); });
    std::vector<Table::Column> columns{{""}, {"run"}, {"name"}, {"state"}, {"made of"}, {"created"}};
    if (tagged) columns.push_back({"tags"});
    if (noted) columns.push_back({"note"});
    Table table(columns);
    const std::size_t rows = std::min(report_.runs.size(), extent_.rows);
    for (std::size_t i = 0; i < rows; ++i) {
      const RunSummary& run = report_.runs[i].summary;
      std::vector<std::string> row{curve_mark(i),
                                   run.id,
                                   run.name,
                                   state_text(run, Paint(false)),
                                   plugins_line(report_.runs[i].settings),
                                   minute_of(run.created)};
      if (tagged) row.push_back(tags_text(run.tags));
      if (noted) row.push_back(run.note);
      table.add_row(std::move(row));
    }
    page_.heading("Runs");
    page_.table(table);
    say_left_out(report_.runs.size() - rows, "runs");
  }

  /// Each with the first.
  void add_validity() {
    std::vector<Table::Column> columns{{"with A"}, {"can they be compared?"}};
    for (const auto& [what, standing] : standings_of(report_.comparisons.front()))
      if (what != "evaluation") columns.push_back({what});
    columns.push_back({"what differs"});
    Table table(columns);
    const std::size_t rows = std::min(report_.comparisons.size(), extent_.rows);
    for (std::size_t i = 0; i < rows; ++i) {
      const Comparison& comparison = report_.comparisons[i];
      std::vector<std::string> row{curve_mark(i + 1) + "  " + report_.runs[i + 1].summary.name,
                                   verdict_text(comparison.verdict, Paint(false))};
      for (const auto& [what, standing] : standings_of(comparison))
        if (what != "evaluation") row.push_back(standing_text(standing, Paint(false)));
      row.push_back(differences_text(comparison));
      table.add_row(std::move(row));
    }
    page_.heading("Can they be compared?");
    page_.paragraph("Each run with the first, A. `runner diff A B` says of any two what each difference means.");
    page_.table(table);
    say_left_out(report_.comparisons.size() - rows, "runs");
  }

  void add_tables() {
    add_table("Metrics, and the settings that differ", report_.table);
    for (const std::string& note : report_.table.notes) page_.paragraph(note);
    if (report_.groups) add_table("Over seeds: mean ± sample standard deviation", *report_.groups);
  }

  void add_table(const char* title, RunTable table) {
    const std::size_t rows = std::min(table.rows.size(), extent_.rows);
    const std::size_t left_out = table.rows.size() - rows;
    table.rows.resize(rows);
    const std::size_t columns = std::min(table.columns.size(), extent_.columns);
    const std::size_t columns_left_out = table.columns.size() - columns;
    table.columns.resize(columns);
    for (RunTable::Row& row : table.rows) row.cells.resize(columns);
    std::map<std::string, int> endings;
    const auto ending = [](const Field& column) { return column.name.substr(column.name.rfind('.') + 1); };
    for (const Field& column : table.columns) ++endings[ending(column)];
    for (Field& column : table.columns)
      if (column.kind == Field::Kind::setting && endings[ending(column)] == 1) column.name = ending(column);
    page_.heading(title);
    page_.table(as_table(table));
    say_left_out(left_out, "rows");
    say_left_out(columns_left_out, "columns");
  }

  void add_curves() {
    if (report_.plots.empty()) return;
    page_.heading("Curves");
    for (Plot plot : report_.plots) {
      thin(plot, extent_.points);
      const std::size_t curves = plot.curves.size();
      if (curves > extent_.rows) plot.curves.resize(extent_.rows);
      std::erase_if(plot.notes, [&](const std::string& note) {  // those that stand above
        return std::find(report_.table.notes.begin(), report_.table.notes.end(), note) != report_.table.notes.end();
      });
      add_plot(page_, plot);
      say_left_out(curves - plot.curves.size(), "curves");
    }
  }

  void add_samples() {
    std::size_t shown = 0, left_out = 0;
    for (const Run& run : report_.runs) {
      if (!run.sample) continue;
      if (shown == 0) page_.heading("Text that they made");
      if (shown == extent_.samples) {
        ++left_out;
        continue;
      }
      ++shown;
      page_.subheading(
          fmt::format("{} {}, after step {}", run.summary.name, run.summary.id, with_commas(run.sample->step)));
      std::string text = run.sample->prompt + run.sample->text;
      if (text.size() > extent_.sample_bytes) text = beginning_of(text, extent_.sample_bytes);
      page_.drawing(without_controls(text, /*keep_lines=*/true));
    }
    say_left_out(left_out, "samples");
  }

  /// The values of the environment that are the same in all, then those that differ, the runs side by side.
  void add_environment() {
    std::map<std::string, std::vector<std::string>> values;
    for (std::size_t i = 0; i < report_.runs.size(); ++i)
      for (const auto& [key, value] : environment_texts(report_.runs[i])) {
        values[key].resize(report_.runs.size(), "–");
        values[key][i] = value;
      }
    if (values.empty()) return;
    Table same({{"in all runs"}, {""}});
    const std::size_t side_by_side = std::min(report_.runs.size(), kMostInEnvironment);
    std::vector<Table::Column> columns{{"differs"}};
    for (std::size_t i = 0; i < side_by_side; ++i) columns.push_back({curve_mark(i)});
    Table different(columns);
    for (const auto& [key, of_runs] : values) {
      if (std::all_of(of_runs.begin(), of_runs.end(), [&](const std::string& one) { return one == of_runs.front(); })) {
        same.add_row({key, of_runs.front()});
        continue;
      }
      std::vector<std::string> row{key};
      row.insert(row.end(), of_runs.begin(), of_runs.begin() + static_cast<std::ptrdiff_t>(side_by_side));
      different.add_row(std::move(row));
    }
    page_.heading("Environment");
    page_.table(different);
    page_.table(same);
    say_left_out(report_.runs.size() - side_by_side, "runs");
  }

  /// Of the first run all that were given; how the others differ stands above.
  void add_settings() {
    Table table({{"setting"}, {"value"}, {"given by"}});
    const Run& first = report_.runs.front();
    for (const auto& [key, value] : flat_settings(first.settings)) {
      const auto origin = first.info.origins.find(key);
      table.add_row({key, value_text(value), origin == first.info.origins.end() ? "" : origin->second});
    }
    if (table.empty()) return;
    page_.heading("Settings");
    page_.begin_fold("all settings of A, and where each was given");
    page_.table(table);
    page_.end_fold();
  }

  void add_making() {
    page_.heading("How this page was made");
    std::string ids;
    for (std::size_t i = 0; i < std::min(report_.runs.size(), kMostIds); ++i) ids += " " + report_.runs[i].summary.id;
    if (report_.runs.size() > kMostIds) ids += fmt::format(" and {} more", report_.runs.size() - kMostIds);
    page_.drawing(report_.command + "\n");
    page_.paragraph((report_.runs.size() == 1 ? "From the run" : "From the runs") + ids + ".");
  }

  const Report& report_;
  const Extent& extent_;
  HtmlPage page_;
};

}  // namespace

std::string html_of(const Report& report) {
  for (const Extent& extent : kExtents) {
    std::string text = ReportPage(report, extent).text(/*strictly=*/false);
    if (text.size() <= report.most_bytes) return text;
  }
  return ReportPage(report, kExtents.back()).text(/*strictly=*/true);
}

}  // namespace folio::runs
