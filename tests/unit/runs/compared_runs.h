#pragma once

#include <stdexcept>
#include <string>

#include "runs/compare/comparison.h"
#include "unit/runs/scratch.h"

namespace folio::runs::test {

/// A finished run of which all is known that decides whether it can be compared.
inline Run finished_run() {
  Run run;
  run.summary.id = "aaaaaaaa";
  run.summary.name = "small";
  run.summary.state = RunState::finished;
  run.summary.metrics = {{"train_loss", 6.5}, {"train_runtime", 100.0}, {"epoch", 3.0}, {"global_step", 400.0}};
  run.info.plugins = {{"model", "gpt", "1.0", "/lib/gpt.so", "build-1"}};
  run.settings = small_experiment();
  run.facts = {{"data_hash", "d1"},      {"stand_in", false},          {"tokenizer_hash", "t1"},
               {"vocab_size", 1000},     {"objective", "causal"},      {"loss_definition", "1"},
               {"bytes_per_token", 3.0}, {"eval_loss_definition", "1"}};
  run.environment = {{"precision", "float32"}, {"device", "cpu"}, {"processor", "A"},
                     {"processors", 2},        {"threads", 2},    {"machine_was_busy", false}};
  return run;
}

/// Points every ten steps: a line with a small zigzag of noise.
inline std::vector<Point> line(double from, double slope, int count, double noise = 0.01) {
  std::vector<Point> points;
  for (int i = 1; i <= count; ++i) points.push_back({10 * i, from + slope * 10 * i + (i % 2 == 0 ? noise : -noise)});
  return points;
}

/// Of a run whose logged losses scatter little, and that has no siblings.
inline Kin steady() { return {.siblings = {}, .repeats = {}, .losses = line(6.5, -0.001, 40)}; }

inline const Check& check_named(const Comparison& comparison, const std::string& name) {
  for (const Check& check : comparison.checks)
    if (check.name == name) return check;
  throw std::runtime_error("no check " + name);
}

inline const MetricComparison& metric_named(const Comparison& comparison, const std::string& name) {
  for (const MetricComparison& metric : comparison.metrics)
    if (metric.name == name) return metric;
  throw std::runtime_error("no metric " + name);
}

}  // namespace folio::runs::test
