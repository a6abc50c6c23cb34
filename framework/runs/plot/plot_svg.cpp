#include "runs/plot/plot_svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "formats/xml_text.h"
#include "runs/plot/palette.h"
#include "runs/plot/ticks.h"
#include "terminal/terminal.h"

namespace folio::runs {
namespace {

constexpr int kLeft = 64, kRight = 20, kTop = 40, kBottom = 48;  // around the field of the curves
constexpr int kListLeft = 24;
constexpr int kLine = 20;  // of the list of curves
constexpr std::size_t kMostListed = 40;
constexpr int kPixelsToTickX = 110, kPixelsToTickY = 60;
constexpr int kPixelsOfLetter = 7;  // about
constexpr double kMargin = 0.04;    // of the range of y, above and below

/// Where values lie in the field.
struct Scale {
  double low = 0, high = 1;
  bool logarithmic = false;
  double begin = 0, end = 1;  // pixels

  double place(double value) const {  // of halves, whose differences do not overflow
    const double share =
        logarithmic ? std::log(value / low) / std::log(high / low) : (value / 2 - low / 2) / (high / 2 - low / 2);
    return begin + share * (end - begin);
  }
};

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void take(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }

  /// Of one value, or none, something around it.
  void widen_point(bool logarithmic) {
    if (low > high) low = high = 1;
    if (low < high) return;
    const double half = logarithmic || low == 0 ? 0 : std::abs(low) * 0.05;
    low = logarithmic ? low / 2 : low == 0 ? -1 : low - half;
    high = logarithmic ? high * 2 : high == 0 ? 1 : high + half;
  }

  void add_margin(bool logarithmic) {
    const double factor = logarithmic ? std::pow(high / low, kMargin) : 1;
    const double distance = logarithmic ? 0 : high * kMargin - low * kMargin;
    const double lower = low / factor - distance, higher = high * factor + distance;
    if (std::isfinite(lower) && std::isfinite(higher)) low = lower, high = higher;
  }
};

class SvgPicture {
 public:
  SvgPicture(const Plot& plot, const SvgStyle& style) : plot_(plot), style_(style) {
    Range x, y;
    for (const PlotCurve& curve : plot.curves)
      for (const PlotPoint& point : curve.points) {
        x.take(point.x);
        y.take(point.low);
        y.take(point.high);
      }
    x.widen_point(plot.log_x);
    y.widen_point(plot.log_y);
    y.add_margin(plot.log_y);
    x_ = {x.low, x.high, plot.log_x, kLeft, double(style.width - kRight)};
    y_ = {y.low, y.high, plot.log_y, double(style.height - kBottom), kTop};
  }

  std::string text() {
    const std::size_t listed = std::min(plot_.curves.size(), kMostListed);
    const std::size_t left_out = plot_.curves.size() - listed;
    std::vector<std::string> notes;
    if (style_.alone)
      for (const std::string& note : plot_.notes)
        for (std::string& line : wrapped_lines(note, (style_.width - kListLeft - kRight) / kPixelsOfLetter))
          notes.push_back(std::move(line));
    const std::size_t lines = (listed + 1) / 2 + (left_out > 0 ? 1 : 0) + notes.size();
    const int height = style_.height + static_cast<int>(lines) * kLine + (lines > 0 ? kLine / 2 : 0);
    open(height);
    axes();
    for (auto curve = plot_.curves.rbegin(); curve != plot_.curves.rend(); ++curve) band(*curve);
    for (auto curve = plot_.curves.rbegin(); curve != plot_.curves.rend(); ++curve) line(*curve);  // the first on top
    list_curves(listed, left_out, notes);
    return std::move(svg_) + "</svg>\n";
  }

 private:
  void open(int height) {
    const std::string title = plot_.metric + " by " + plot_.x_title();
    svg_ += fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" role=\"img\" "
        "aria-label=\"{2}\" font-family=\"system-ui, 'Helvetica Neue', 'DejaVu Sans', sans-serif\" "
        "font-size=\"12\">\n<title>{2}</title>\n",
        style_.width, height, xml_text(title));
    if (style_.alone) svg_ += "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n";
    label(kLeft, 22, "start", plot_.y_title(), "font-size=\"14\" font-weight=\"600\"");
    std::string how;
    if (plot_.smoothing > 0) how += fmt::format("smoothed, weight {}", plot_.smoothing);
    if (plot_.log_y) how += how.empty() ? "logarithmic" : ", logarithmic";
    if (!how.empty()) label(style_.width - kRight, 22, "end", how);
  }

  void label(double x, double y, const char* anchor, const std::string& text, const char* more = "") {
    svg_ += fmt::format(
        "<text class=\"plot-text\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" fill=\"#333333\" {}>{}"
        "</text>\n",
        x, y, anchor, more, xml_text(text));
  }

  void rule(double x1, double y1, double x2, double y2) {
    svg_ += fmt::format(
        "<path class=\"plot-grid\" d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}\" stroke=\"#dddddd\" stroke-width=\"1\"/>\n", x1,
        y1, x2, y2);
  }

  void axes() {
    for (const Tick& tick : ticks(y_.low, y_.high, static_cast<int>(y_.begin - y_.end) / kPixelsToTickY, plot_.log_y)) {
      const double y = y_.place(tick.value);
      rule(x_.begin, y, x_.end, y);
      label(x_.begin - 8, y + 4, "end", tick.text);
    }
    const int count = static_cast<int>(x_.end - x_.begin) / kPixelsToTickX;
    for (const Tick& tick : x_ticks(plot_.x, x_.low, x_.high, count, plot_.log_x)) {
      const double x = x_.place(tick.value);
      rule(x, y_.begin, x, y_.begin + 5);
      label(x, y_.begin + 18, "middle", tick.text);
    }
    rule(x_.begin, y_.begin, x_.end, y_.begin);
    label((x_.begin + x_.end) / 2, y_.begin + 38, "middle", plot_.x_title());
  }

  void band(const PlotCurve& curve) {
    if (!curve.is_group() || curve.points.size() < 2) return;
    std::string path = "M";
    for (const PlotPoint& point : curve.points)
      path += fmt::format("{:.1f} {:.1f} ", x_.place(point.x), y_.place(point.high));
    for (auto point = curve.points.rbegin(); point != curve.points.rend(); ++point)
      path += fmt::format("{:.1f} {:.1f} ", x_.place(point->x), y_.place(point->low));
    path.back() = 'Z';
    svg_ += fmt::format("<path d=\"{}\" fill=\"{}\" fill-opacity=\"0.16\"/>\n", path, palette_color(curve.color));
  }

  /// A line, of a single point a dot.
  void line(const PlotCurve& curve) {
    if (curve.points.empty()) return;
    if (curve.points.size() == 1) {
      svg_ += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\" fill=\"{}\"/>\n", x_.place(curve.points[0].x),
                          y_.place(curve.points[0].y), palette_color(curve.color));
      return;
    }
    std::string path = "M";
    for (const PlotPoint& point : curve.points)
      path += fmt::format("{:.1f} {:.1f} ", x_.place(point.x), y_.place(point.y));
    path.pop_back();
    svg_ += fmt::format("<path d=\"{}\" fill=\"none\" {} stroke-width=\"1.8\" stroke-linejoin=\"round\"/>\n", path,
                        stroke(curve));
  }

  static std::string stroke(const PlotCurve& curve) {
    const std::string_view dash = palette_dash(curve.color);
    std::string text = fmt::format("stroke=\"{}\"", palette_color(curve.color));
    if (!dash.empty()) text += fmt::format(" stroke-dasharray=\"{}\"", dash);
    return text;
  }

  /// In two columns below the field, and what there is to say of them.
  void list_curves(std::size_t listed, std::size_t left_out, const std::vector<std::string>& notes) {
    const int half = (style_.width - kListLeft - kRight) / 2;
    const auto y_of = [&](std::size_t row) { return style_.height + static_cast<int>(row) * kLine + kLine / 2; };
    for (std::size_t i = 0; i < listed; ++i) {
      const PlotCurve& curve = plot_.curves[i];
      const int x = kListLeft + static_cast<int>(i % 2) * half, y = y_of(i / 2);
      svg_ += fmt::format("<path d=\"M{} {}h24\" fill=\"none\" {} stroke-width=\"2.5\"/>\n", x, y - 4, stroke(curve));
      label(x + 32, y, "start", cut_to_width(curve.label, (half - 40) / kPixelsOfLetter));
    }
    std::size_t row = (listed + 1) / 2;
    if (left_out > 0) label(kListLeft, y_of(row++), "start", fmt::format("and {} more", left_out));
    for (const std::string& line : notes) label(kListLeft, y_of(row++), "start", line, "font-size=\"11\"");
  }

  const Plot& plot_;
  const SvgStyle& style_;
  Scale x_, y_;
  std::string svg_;
};

}  // namespace

std::string to_svg(const Plot& plot, const SvgStyle& style) { return SvgPicture(plot, style).text(); }

}  // namespace folio::runs
