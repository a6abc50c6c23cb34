#pragma once

#include <span>
#include <string>
#include <string_view>

namespace folio::runs {

/// Which way a metric is better.
enum class Direction { lower, higher, none };

/// What a metric measures, which decides what two runs must have in common for it to be compared.
enum class Aspect {
  token_loss,  ///< nats per token: of use only over the same tokens
  text_loss,   ///< bits per byte of the text: of use whatever the tokens
  speed,
  memory,
  other,  ///< a count or a setting, which says nothing of quality
};

/// How a value is printed.
enum class Shape {
  loss,         ///< 6.5089
  significant,  ///< 0.316, 4.5e-05, 12,345
  count,        ///< 124,439,808
  seconds,      ///< 684.24 s
  bytes,        ///< 1.5 GiB
  share,        ///< 54.3 %
};

/// When a metric is measured.
enum class Phase {
  run,         ///< once, over the whole run
  step,        ///< while it trains, every `logging_steps` steps
  evaluation,  ///< at each evaluation, on the evaluation set
};

/// The one declaration of a metric. docs/metrics.md and `runner metrics` are made from it.
struct Metric {
  std::string_view name;  ///< where <document> stands in it, any text may stand: one metric for each document
  std::string_view unit;  ///< "1/s"; empty where there is none
  Direction direction = Direction::none;
  Aspect aspect = Aspect::other;
  Phase phase = Phase::run;
  Shape shape = Shape::significant;
  std::string_view meaning;     ///< a sentence for a reader who does not know it
  std::string_view definition;  ///< exactly, in Markdown, with the letters that metrics_page() explains
};

/// Whether it says how a machine did, and nothing of what a model learned: speed and memory.
constexpr bool is_of_machine(const Metric& metric) {
  return metric.aspect == Aspect::speed || metric.aspect == Aspect::memory;
}

/// All declared metrics, in the order in which they are shown.
std::span<const Metric> all_metrics();

/// Null for a metric that is not declared. Such a one is recorded and shown too, without direction and meaning.
const Metric* find_metric(std::string_view name);

/// The value as a person reads it, with its unit where the shape has one; a metric not declared is printed in four
/// significant digits.
std::string metric_text(std::string_view name, double value);

/// The order in which metrics are shown: that of their declarations, those not declared last, by name.
bool shown_before(std::string_view a, std::string_view b);

std::string_view to_string(Direction direction);

}  // namespace folio::runs
