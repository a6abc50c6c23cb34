#include "cli/view/run_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/view/token_view.h"
#include "runs/compare/loss_explanation.h"
#include "runs/record/facts.h"
#include "runs/record/metrics.h"
#include "support/human.h"
#include "support/utf8.h"
#include "terminal/terminal.h"

namespace folio::cli {
namespace {

using runs::Run;

/// A value as the Trainer's block prints it: runtime as a clock, operations in GF, else up to four decimals.
std::string trainer_text(const std::string& name, double value) {
  if (name.ends_with("_runtime")) return clock_time(value);
  if (name == "total_flos") return fmt::format("{:.0f}GF", std::floor(value / (1 << 30)));
  if (name == "matmul_share" || name == "peak_memory_bytes") return runs::metric_text(name, value);
  if (value == std::floor(value) && std::abs(value) < 1e15)
    return name == "epoch" ? fmt::format("{:.1f}", value) : fmt::format("{:.0f}", value);
  return significant(std::round(value * 1e4) / 1e4, 12);
}

/// "***** train metrics *****" and its sorted, aligned lines.
std::string trainer_block(const Run& run, const char* title, bool evaluation) {
  std::string block;
  std::size_t key_width = 0, value_width = 0;
  const auto belongs = [&](const std::string& name) {
    // The last logged point says nothing of the run as a whole.
    if (name == "loss" || name == "grad_norm" || name == "learning_rate") return false;
    return evaluation == (name.starts_with("eval_") || name == "perplexity");
  };
  for (const auto& [name, value] : run.summary.metrics) {
    if (!belongs(name)) continue;
    key_width = std::max(key_width, name.size());
    value_width = std::max(value_width, trainer_text(name, value).size());
  }
  for (const auto& [name, value] : run.summary.metrics)
    if (belongs(name))
      block += fmt::format("  {:<{}} = {:>{}}\n", name, key_width, trainer_text(name, value), value_width);
  return block.empty() ? "" : fmt::format("***** {} metrics *****\n{}", title, block);
}

/// Why there is no matmul_share, for a run that measured the rate it takes.
std::string unknown_share(const Run& run) {
  if (runs::metric_of(run, "matmul_share") || !run.environment.contains("matmul_flops_per_second")) return "";
  const runs::Facts facts = runs::facts_from_json(run.facts);
  if (facts.trainable_parameters && facts.trainable_parameters != facts.parameters)
    return "matmul_share is not known: a part of the model is frozen, which saves an unknown share of the products.\n";
  const bool busy = run.environment.value("machine_was_busy", nlohmann::json()) == true;
  return fmt::format("matmul_share is not known: {}.\n",
                     busy ? "the machine was busy with other work meanwhile"
                          : "the run was faster than the matrix products that it is held against");
}

/// A run that does not say what it learned is shown as a causal one: its sample as a prompt and what follows.
bool is_causal(const Run& run) { return runs::facts_from_json(run.facts).objective.value_or("causal") == "causal"; }

std::string next_commands(const Run& run) {
  std::string prompt = run.sample ? run.sample->prompt : "";
  if (is_causal(run)) prompt.resize(std::min(prompt.size(), prompt.find_first_of("\r\n")));
  std::replace_if(prompt.begin(), prompt.end(), [](char c) { return c == '\r' || c == '\n'; }, ' ');
  prompt = without_controls(prompt);
  return fmt::format(
      "Next:\n  ./runner show {0}\n  ./runner diff baseline/gpt {0}\n  ./runner generate {0} --prompt \"{1}\"\n",
      run.summary.id, prompt.empty() || prompt.find('"') != std::string::npos ? "ROMEO." : prompt);
}

}  // namespace

std::string run_report(const Run& run, bool colour) {
  const Paint paint(colour);
  std::string text = "\n" + trainer_block(run, "train", false) + trainer_block(run, "eval", true) + unknown_share(run) +
                     "\n" + runs::loss_in_short(run);
  if (runs::facts_from_json(run.facts).stand_in == true) {
    text +=
        paint.red("The text was a generated stand-in, not the book: do not compare this run with runs on the book.") +
        "\n";
  }
  if (run.sample) {
    text += fmt::format("\n{}\n{}{}\n",
                        paint.bold(is_causal(run) ? "A sample (the prompt, then the model's text):"
                                                  : "A sample (a text with gaps, then what the model puts into them):"),
                        paint.dim(printable(run.sample->prompt)), printable(run.sample->text));
  }
  text += fmt::format("\nAll files of this run: {}\nThe model, for Hugging Face's libraries: {}\n",
                      run.folder.path().string(), run.folder.model().string());
  return text + next_commands(run);
}

}  // namespace folio::cli
