#include "runs/report/curves.h"

#include <algorithm>
#include <numbers>

#include "runs/plot/plot_text.h"
#include "runs/record/facts.h"
#include "runs/record/metrics.h"
#include "terminal/chart.h"

namespace folio::runs {
namespace {

/// How the losses of both are drawn.
struct Scale {
  std::string name;
  std::optional<double> divisor_a, divisor_b;  ///< none: a curve cannot be put on this scale
};

/// A loss, and where the facts on its text stand.
struct LossNames {
  const char* loss;
  std::optional<double> Facts::* bytes_per_token;
  std::optional<double> Facts::* scored_share;  ///< null: it divides by the scored tokens alone
};

/// Nats per token over this are bits per byte.
std::optional<double> nats_of_byte_bits(const Facts& facts, const LossNames& names) {
  const auto bytes = facts.*names.bytes_per_token;
  const double share = names.scored_share ? (facts.*names.scored_share).value_or(1) : 1;
  return bytes ? std::optional(*bytes * std::numbers::ln2 * share) : std::nullopt;
}

Scale scale_of(const Run& a, const Run& b, const Comparison& comparison, const LossNames& names) {
  const bool same_tokens = standing_of(find_metric(names.loss), comparison.checks) != Standing::not_comparable;
  if (same_tokens) return {"in nats per token", 1.0, 1.0};
  const bool same_text = comparison.verdict != Verdict::no;
  const Facts facts_a = facts_from_json(a.facts);
  const Facts facts_b = facts_from_json(b.facts);
  const bool causal = facts_a.objective == "causal" && facts_b.objective == "causal";
  if (same_text && causal) {
    const auto in_a = nats_of_byte_bits(facts_a, names);
    const auto in_b = nats_of_byte_bits(facts_b, names);
    if (in_a && in_b) return {"in bits per byte of text", in_a, in_b};
  }
  return {"each as a share of a blind guess over its own vocabulary; which is lower does not say which is better",
          comparison.yardsticks_a.uniform, comparison.yardsticks_b.uniform};
}

PlotCurve scaled(const std::vector<Point>& points, const std::optional<double>& divisor, std::size_t color) {
  PlotCurve curve;
  curve.color = color;
  if (!divisor) return curve;
  for (const Point& point : points) {
    const double value = point.value / *divisor;
    curve.points.push_back({static_cast<double>(point.step), value, value, value, 1});
  }
  return curve;
}

std::string who(const CurvePair& curves, const Palette& palette) {
  const auto name = [&](int index, const char* letter) {
    return palette.enabled() ? palette.paint(index, letter) : std::string(letter) + " " + chart_stroke_name(index);
  };
  const std::string a = name(0, "A"), b = name(1, "B");
  if (curves.b.empty()) return a + " (B logged none)";
  return curves.a.empty() ? b + " (A logged none)" : a + ", " + b;
}

void add_curve(Page& page, const std::string& title, const CurvePair& curves, const Scale& scale, int rows) {
  // One point, as of the evaluation at the end, is no curve.
  if (curves.a.size() < 2 && curves.b.size() < 2) return;
  Plot plot;
  plot.curves = {scaled(curves.a, scale.divisor_a, 0), scaled(curves.b, scale.divisor_b, 1)};
  constexpr int kIndent = 2;
  const std::string drawing = chart_of(plot, std::min(page.width(), 100) - kIndent, rows, page.palette());
  if (drawing.empty()) return;
  page.heading(title, " " + who(curves, page.palette()));
  page.paragraph(scale.name);
  page.drawing(drawing);
}

}  // namespace

void add_curves(Page& page, const Run& a, const Run& b, const Comparison& comparison, const Curves& curves) {
  constexpr int kRows = 13, kEvaluationRows = 9;
  add_curve(page, "Training loss", curves.loss,
            scale_of(a, b, comparison, {"loss", &Facts::bytes_per_token, &Facts::scored_share}), kRows);
  add_curve(page, "Evaluation loss", curves.eval_loss,
            scale_of(a, b, comparison, {"eval_loss", &Facts::eval_bytes_per_token, nullptr}), kEvaluationRows);
}

}  // namespace folio::runs
