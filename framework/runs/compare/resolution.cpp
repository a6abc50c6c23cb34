#include "runs/compare/resolution.h"

#include <algorithm>
#include <cmath>

#include "runs/record/metrics.h"

namespace folio::runs {
namespace {

/// An evaluation rests on hundreds of tokens or more: the degrees of freedom that make Student's t the normal
/// distribution.
constexpr double kManyTokens = 1000;

/// The metric's values over a run and its kin.
std::vector<double> values_of(const std::string& name, double own, const std::vector<RunSummary>& kin) {
  std::vector<double> values{own};
  for (const RunSummary& run : kin) {
    const auto found = run.metrics.find(name);
    if (found != run.metrics.end()) values.push_back(found->second);
  }
  return values;
}

bool is_loss(const Metric& metric) { return metric.aspect == Aspect::token_loss || metric.aspect == Aspect::text_loss; }

/// Of a metric of the evaluation: "eval_loss" for "eval_bits_per_byte", "eval_a_loss" for "eval_a_bits_per_byte".
std::string loss_behind(const std::string& metric) {
  constexpr std::string_view kBits = "_bits_per_byte";
  if (metric == "perplexity") return "eval_loss";
  return metric.ends_with(kBits) ? metric.substr(0, metric.size() - kBits.size()) + "_loss" : metric;
}

/// How the metric grows with the loss behind it, a nat.
std::optional<double> scale_of(const std::string& metric, const Run& run) {
  const auto value = metric_of(run, metric), loss = metric_of(run, loss_behind(metric));
  if (!value || !loss) return std::nullopt;
  if (metric == "perplexity") return *value;
  return *loss > 0 ? std::optional(*value / *loss) : std::nullopt;
}

std::optional<StandardError> of_evaluation(const std::string& metric, const Run& run) {
  const auto error = metric_of(run, loss_behind(metric) + "_stderr");
  const auto scale = scale_of(metric, run);
  if (!error || !scale || !std::isfinite(*error) || *error <= 0) return std::nullopt;
  return StandardError{*error * *scale, kManyTokens};
}

/// Of a mean over the whole run, or of the last logged loss alone.
std::optional<StandardError> of_losses(const std::string& metric, const Run& run, const Kin& kin) {
  auto scatter = scatter_of(kin.losses);
  if (!scatter || metric == "loss") return scatter;
  const auto value = metric_of(run, metric), loss = metric_of(run, "train_loss");
  if (!value || !loss || *loss <= 0) return std::nullopt;
  scatter->error *= *value / *loss / std::sqrt(static_cast<double>(kin.losses.size()));
  return scatter;
}

std::optional<StandardError> of_steps(const std::string& metric, const Run& run) {
  const auto value = metric_of(run, metric), speed = metric_of(run, "tokens_per_second");
  const auto error = metric_of(run, "tokens_per_second_stderr");
  constexpr double kStretches = 8;  // at the least
  if (!value || !speed || !error || !std::isfinite(*error) || *speed <= 0) return std::nullopt;
  return StandardError{*error / *speed * *value, kStretches - 1};
}

Resolution no_finer_than(double finest, const Resolution& resolution) {
  return resolution.by_chance < finest ? Resolution{NoiseSource::experience, finest} : resolution;
}

std::optional<Resolution> resolution(NoiseSource source, const std::optional<StandardError>& a,
                                     const std::optional<StandardError>& b, double finest) {
  if (!a || !b) return std::nullopt;
  return no_finer_than(finest, {source, difference_by_chance(*a, *b)});
}

}  // namespace

std::optional<SeedSpread> spread_of(const std::string& name, const Run& a, const Run& b, const Kin& kin_a,
                                    const Kin& kin_b) {
  const Metric* metric = find_metric(name);
  const auto own_a = metric_of(a, name), own_b = metric_of(b, name);
  if (!metric || metric->direction == Direction::none || !own_a || !own_b) return std::nullopt;
  const auto kin = is_of_machine(*metric) ? &Kin::repeats : &Kin::siblings;
  return seed_spread(values_of(name, *own_a, kin_a.*kin), values_of(name, *own_b, kin_b.*kin));
}

std::optional<Resolution> own_resolution(const std::string& name, const Run& a, const Run& b, const Kin& kin_a,
                                         const Kin& kin_b) {
  const Metric* metric = find_metric(name);
  const auto in_a = metric_of(a, name), in_b = metric_of(b, name);
  if (!metric || metric->direction == Direction::none || !in_a || !in_b) return std::nullopt;
  const double size = std::min(std::abs(*in_a), std::abs(*in_b));
  if (metric->aspect == Aspect::speed && metric->phase == Phase::run)
    return resolution(NoiseSource::step_times, of_steps(name, a), of_steps(name, b), kFinestSpeed * size);
  if (!is_loss(*metric)) return std::nullopt;
  const double finest = name == "perplexity" ? kFinestLoss * std::log(std::max(size, 1.0)) * size : kFinestLoss * size;
  if (metric->phase != Phase::evaluation)
    return resolution(NoiseSource::logged_losses, of_losses(name, a, kin_a), of_losses(name, b, kin_b), finest);
  return resolution(NoiseSource::evaluated_tokens, of_evaluation(name, a), of_evaluation(name, b), finest);
}

double evaluation_by_chance(const Run& run) {
  return metric_of(run, "eval_loss_stderr").value_or(0) * chance_quantile(kManyTokens);
}

double loss_by_chance(const Run& run, const std::string& loss) {
  const double finest = kFinestLoss * std::abs(metric_of(run, loss).value_or(0));
  return loss == "eval_loss" ? std::max(finest, evaluation_by_chance(run)) : finest;
}

const char* to_string(NoiseSource source) {
  switch (source) {
    case NoiseSource::seeds:
      return "other seeds";
    case NoiseSource::repeats:
      return "repeats on the same machine";
    case NoiseSource::evaluated_tokens:
      return "the scatter of the evaluated tokens' losses";
    case NoiseSource::logged_losses:
      return "the scatter of the logged losses";
    case NoiseSource::step_times:
      return "the scatter of the steps' times";
    case NoiseSource::experience:
      return "the least that is assumed: 0.5 % of a loss, 5 % of a speed";
  }
  __builtin_unreachable();
}

}  // namespace folio::runs
