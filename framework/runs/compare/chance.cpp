#include "runs/compare/chance.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <functional>
#include <numeric>

#include "runs/record/facts.h"
#include "runs/record/json_values.h"
#include "support/ratio_error.h"

namespace folio::runs {
namespace {

double two_sided_quantile(double freedom, double share) {
  return boost::math::quantile(boost::math::students_t(freedom), 1 - share / 2);
}

/// What a masked model has to say is drawn by the seed of the data.
bool same_tokens_are_scored(const Run& a, const Run& b) {
  if (facts_from_json(a.facts).objective == "causal" && facts_from_json(b.facts).objective == "causal") return true;
  const auto seed_of = [](const Run& run) {
    using nlohmann::json;
    const json own = value_at(run.settings, "/training/data_seed");
    return own.is_number() ? own : value_at(run.settings, "/training/seed");
  };
  return seed_of(a).is_number() && seed_of(a) == seed_of(b);
}

}  // namespace

double chance_quantile(double freedom) { return two_sided_quantile(freedom, kChance); }

double interval_quantile(double freedom) { return two_sided_quantile(freedom, 0.05); }

double difference_by_chance(const StandardError& a, const StandardError& b) {
  const double of_a = a.error * a.error, of_b = b.error * b.error;
  if (of_a + of_b == 0) return 0;
  const double freedom = (of_a + of_b) * (of_a + of_b) / (of_a * of_a / a.freedom + of_b * of_b / b.freedom);
  return chance_quantile(freedom) * std::sqrt(of_a + of_b);
}

std::optional<StandardError> scatter_of(const std::vector<Point>& points) {
  if (points.size() < kFewestForScatter) return std::nullopt;
  if (!std::all_of(points.begin(), points.end(), [](const Point& p) { return std::isfinite(p.value); }))
    return std::nullopt;
  double squares = 0;
  for (std::size_t i = 2; i < points.size(); ++i) {
    const double bend = points[i - 2].value - 2 * points[i - 1].value + points[i].value;
    squares += bend * bend;
  }
  const auto bends = static_cast<double>(points.size() - 2);
  // Neighbouring bends share points, with correlations of -2/3 and 1/6, so that they count for about half as many.
  constexpr double kShared = 1 + 2 * (4.0 / 9 + 1.0 / 36);
  return StandardError{std::sqrt(squares / bends / 6), bends / kShared};
}

std::optional<PairedDifference> paired_difference(const Run& a, const Run& b) {
  if (!same_tokens_are_scored(a, b)) return std::nullopt;
  const auto parts_a = facts_from_json(a.facts).eval_parts;
  const auto parts_b = facts_from_json(b.facts).eval_parts;
  if (!parts_a || !parts_b || parts_a->scored != parts_b->scored || parts_a->documents != parts_b->documents)
    return std::nullopt;
  const std::size_t parts = parts_a->scored.size();
  if (parts < kFewestParts) return std::nullopt;
  std::vector<double> differences(parts);
  std::transform(parts_b->nats.begin(), parts_b->nats.end(), parts_a->nats.begin(), differences.begin(), std::minus());
  const std::vector<double> scored(parts_a->scored.begin(), parts_a->scored.end());
  const double all_scored = std::accumulate(scored.begin(), scored.end(), 0.0);
  const double nats = std::accumulate(differences.begin(), differences.end(), 0.0);
  if (all_scored <= 0 || !std::isfinite(nats)) return std::nullopt;
  PairedDifference paired{.parts = parts, .documents = parts_a->documents, .difference = nats / all_scored};
  const double half = interval_quantile(static_cast<double>(parts - 1)) * ratio_standard_error(differences, scored);
  paired.low = paired.difference - half;
  paired.high = paired.difference + half;
  return paired;
}

}  // namespace folio::runs
