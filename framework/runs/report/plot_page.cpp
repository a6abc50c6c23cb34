#include "runs/report/plot_page.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "runs/plot/plot_svg.h"
#include "support/human.h"
#include "support/version.h"

namespace folio::runs {
namespace {

Table ends_of(const Plot& plot) {
  using enum Table::Align;
  Table table({{"curve"},
               {"from", right},
               {"to " + plot.x_title(), right},
               {"last", right},
               {"lowest", right},
               {"highest", right}});
  for (const PlotCurve& curve : plot.curves) {
    if (curve.points.empty()) continue;
    const auto by_y = [](const PlotPoint& a, const PlotPoint& b) { return a.y < b.y; };
    const auto [low, high] = std::minmax_element(curve.points.begin(), curve.points.end(), by_y);
    table.add_row({curve.label, plot.x_text(curve.points.front().x), plot.x_text(curve.points.back().x),
                   metric_text(plot.metric, curve.points.back().y), metric_text(plot.metric, low->y),
                   metric_text(plot.metric, high->y)});
  }
  return table;
}

}  // namespace

void add_plot(HtmlPage& page, const Plot& plot) {
  SvgStyle style;
  style.alone = false;
  if (plot.curves.empty())
    page.paragraph("Nothing of " + plot.metric + " can be drawn.");
  else
    page.figure(to_svg(plot, style));
  for (const std::string& note : plot.notes) page.paragraph(note);
  if (plot.curves.empty()) return;
  page.begin_fold("the curves' ends, lowest and highest values");
  page.table(ends_of(plot));
  page.end_fold();
}

std::string html_of(const Plot& plot) {
  HtmlPage page;
  add_plot(page, plot);
  std::string runs;
  for (const PlotCurve& curve : plot.curves) runs += fmt::format(" {}", fmt::join(curve.runs, " "));
  const bool one = plot.curves.size() == 1 && !plot.curves.front().is_group();
  page.paragraph(
      fmt::format("Made {} by Folio {} from the {}{}.", time_of_report(), folio_version(), one ? "run" : "runs", runs));
  return page.document(plot.metric + " by " + plot.x_title());
}

std::string time_of_report() {
  return fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(std::chrono::system_clock::now()));
}

}  // namespace folio::runs
