#include "runs/report/metrics_page.h"

#include <fmt/format.h>

#include "runs/record/facts.h"
#include "runs/record/metrics.h"

namespace folio::runs {
namespace {

constexpr std::string_view kIntroduction =
    R"(# Metrics

Folio records the metrics that Hugging Face's Trainer records, under its names and as it defines them, and some of its own. Each is declared once, in `framework/runs/record/metrics.cpp`. This page is what `runner metrics --md` prints; a test holds the two together.

{}

Which way is better is the column of that name; where it says `none` the metric says nothing of quality. What a loss means, and with what to compare it, is in [losses.md](losses.md).
)";

constexpr std::string_view kLetters =
    R"(Here *n* is the number of training samples, *b* the batch size on a device, *k* the batches accumulated to a step, *E* the epochs. There are *M* = ⌈*n*/*b*⌉ batches in an epoch, *U* = max(1, ⌈*M*/*k*⌉) optimizer steps in it, and *S* steps in all: `max_steps` where that is set, else ⌈*E*·*U*⌉. *T* is the wall-clock time of the training loop in seconds: evaluation, logging and saving within the loop count; bringing the text, training the tokenizer and building the model do not. All logarithms are natural but those of bits.)";

struct Part {
  Phase phase;
  const char* title;
};

constexpr Part kParts[] = {
    {Phase::run, "Of the whole run"},
    {Phase::step, "While it trains, every `logging_steps` steps"},
    {Phase::evaluation, "Evaluation"},
};

}  // namespace

std::string_view metric_letters() { return kLetters; }

std::string metrics_page() {
  std::string page = fmt::format(fmt::runtime(kIntroduction), kLetters);
  for (const Part& part : kParts) {
    page += fmt::format("\n## {}\n\n| metric | better | unit | definition |\n|-|-|-|-|\n", part.title);
    for (const Metric& metric : all_metrics()) {
      if (metric.phase != part.phase) continue;
      page += fmt::format("| `{}` | {} | {} | {} |\n", metric.name, to_string(metric.direction), metric.unit,
                          metric.definition);
    }
  }
  page += "\n## Facts\n\nWhat a run's text, tokenizer and model turned out to be, as `runner show` prints them.\n\n";
  page += "| fact | unit | meaning |\n|-|-|-|\n";
  for (const FactMeaning& fact : fact_meanings())
    page += fmt::format("| `{}` | {} | {} |\n", fact.name, fact.unit, fact.meaning);
  return page;
}

}  // namespace folio::runs
