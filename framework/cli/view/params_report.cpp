#include "cli/view/params_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "runs/record/run.h"
#include "support/human.h"
#include "terminal/page.h"
#include "terminal/table.h"

namespace folio::cli {
namespace {

using nlohmann::json;
using Align = Table::Align;

std::string count_of(const json& number) { return with_commas(number.get<std::int64_t>()); }

std::string with_sign(std::int64_t number) { return (number > 0 ? "+" : "") + with_commas(number); }

/// 6.5e8 -> "650 M": powers of 1000.
std::string operations(double count) {
  constexpr std::array<const char*, 5> kPrefixes{"", " k", " M", " G", " T"};
  std::size_t prefix = 0;
  for (; count >= 1000 && prefix + 1 < kPrefixes.size(); ++prefix) count /= 1000;
  return fmt::format("{}{}", significant(count, 3), kPrefixes[prefix]);
}

std::string seconds_text(double seconds) {
  return seconds < 1 ? significant(seconds * 1000, 3) + " ms" : significant(seconds, 3) + " s";
}

std::string heading(const ModelCost& cost) {
  const json& model = cost.resolved.at("model");
  const json& parameters = cost.answer.at("parameters");
  const bool all = parameters.at("trainable") == parameters.at("total");
  return fmt::format("{}, trained with the objective '{}': {} parameters{}\n", model.at("type").get<std::string>(),
                     cost.answer.at("objective").get<std::string>(), count_of(parameters.at("total")),
                     all ? "" : ", of which " + count_of(parameters.at("trainable")) + " are trained");
}

std::string parts_table(const json& parameters, int width) {
  const auto total = parameters.at("total").get<double>();
  Table table({{"part"}, {"parameters", Align::right}, {"share", Align::right}});
  for (const auto& [part, count] : parameters.at("by_part").items())
    table.add_row({part, count_of(count), fmt::format("{:.1f} %", 100 * count.get<double>() / total)});
  return table.fitted(width);
}

std::string formula_text(const json& formula, std::int64_t total, int width) {
  const auto number = [&](const char* key) { return count_of(formula.at(key)); };
  const auto short_count = formula.at("count").get<std::int64_t>();
  std::string text = fmt::format(
      "The short formula, vocab * hidden + layers * (4 * hidden^2 + 2 * hidden * intermediate):\n"
      "  {0} * {1} + {2} * (4 * {1}^2 + 2 * {1} * {3}) = {4}\n"
      "Without the feed-forward it is {5}.\n",
      number("vocab"), number("hidden"), number("layers"), number("intermediate"), number("count"),
      number("without_feed_forward"));
  if (short_count == total) return text + "It is the exact count.\n";
  text += fmt::format("The exact count is {} {}:\n", with_commas(std::abs(total - short_count)),
                      total > short_count ? "larger" : "smaller");
  Table table({{"  what"},
               {"formula", Align::right},
               {"exact", Align::right},
               {"difference", Align::right},
               {"the model's own tensors"}});
  for (const json& row : formula.at("differences")) {
    const auto difference = row.at("difference").get<std::int64_t>();
    if (row.at("formula") == 0 && row.at("exact") == 0) continue;
    table.add_row({"  " + row.at("what").get<std::string>(), count_of(row.at("formula")), count_of(row.at("exact")),
                   with_sign(difference), difference == 0 ? "" : row.at("tensors").get<std::string>()});
  }
  return text + table.fitted(width);
}

std::string memory_table(const json& memory, int width) {
  Table table({{"memory"}, {"", Align::right}});
  for (const char* part : {"weights", "gradients", "optimizer", "weight_casts", "activations", "program", "total"}) {
    const auto bytes = memory.at(part).get<double>();
    if (bytes > 0) table.add_row({part, human_bytes(bytes)});
  }
  return table.fitted(width);
}

/// "batches of 8 samples of 510 tokens, in float32 on cpu"
std::string circumstances(const json& answer) {
  return fmt::format("batches of {} samples of {} tokens, in {} on {}", count_of(answer.at("batch")),
                     count_of(answer.at("length")), answer.at("precision").get<std::string>(),
                     answer.at("device").get<std::string>());
}

bool learns_all(const json& answer) {
  const json& parameters = answer.at("parameters");
  return parameters.at("trainable") == parameters.at("total");
}

}  // namespace

std::string params_report(const ModelCost& cost, int width) {
  const json& answer = cost.answer;
  const json& flops = answer.at("flops");
  std::string text = heading(cost) + "\n" + parts_table(answer.at("parameters"), width) + "\n";
  if (answer.at("short_formula").is_null())
    text += "Its config.json does not have the sizes that the usual short formula needs.\n";
  else
    text += formula_text(answer["short_formula"], answer["parameters"].at("total").get<std::int64_t>(), width);
  text +=
      fmt::format("\nTraining with {}, estimated:\n", circumstances(answer)) + memory_table(answer.at("memory"), width);
  text += fmt::format(
      "{}FLOP per token in the forward pass, {}FLOP per token in a training step (matrix products only{})\n",
      operations(flops.at("forward_per_token")), operations(flops.at("training_per_token")),
      learns_all(answer) ? "" : ", if nothing were frozen");
  if (answer.contains("measured")) {
    const json& measured = answer["measured"];
    text += fmt::format(
        "measured on random tokens: {} per step, {} tokens/s{}\n", seconds_text(measured.at("step_seconds")),
        with_commas(static_cast<std::int64_t>(measured.at("tokens_per_second").get<double>())),
        measured.contains("flops_per_second") ? ", " + operations(measured["flops_per_second"]) + "FLOP/s" : "");
  }
  return fitted_lines(text, width);
}

std::string variants_report(const std::string& key, const std::vector<ModelCost>& costs, int width) {
  const bool measured =
      std::any_of(costs.begin(), costs.end(), [](const ModelCost& cost) { return cost.answer.contains("measured"); });
  const bool heads = key == "model.hidden_size" && costs.front().resolved.at("model").contains("num_attention_heads");
  std::vector<Table::Column> columns{{key, Align::right}};
  if (heads) columns.push_back({"num_attention_heads", Align::right});
  for (const char* title : {"parameters", "memory", "thereof activations", "FLOP per token"})
    columns.push_back({title, Align::right});
  if (measured) columns.insert(columns.end(), {{"step", Align::right}, {"tokens/s", Align::right}});
  Table table(columns);
  std::string refused, under;
  for (const ModelCost& cost : costs) {
    const auto settings = runs::flat_settings(cost.resolved);
    const std::string value = settings.contains(key) ? runs::value_text(settings.at(key)) : "";
    if (cost.answer.contains("refused")) {
      refused += fmt::format("{}={} is refused: {}\n", key, value, cost.answer["refused"].get<std::string>());
      continue;
    }
    std::vector<std::string> cells{value};
    if (heads) cells.push_back(runs::value_text(settings.at("model.num_attention_heads")));
    const json& memory = cost.answer.at("memory");
    cells.insert(cells.end(),
                 {count_of(cost.answer.at("parameters").at("total")), human_bytes(memory.at("total")),
                  human_bytes(memory.at("activations")), operations(cost.answer.at("flops").at("training_per_token"))});
    if (measured) {
      const json& step = cost.answer.at("measured");
      cells.insert(cells.end(), {seconds_text(step.at("step_seconds")),
                                 with_commas(static_cast<std::int64_t>(step.at("tokens_per_second").get<double>()))});
    }
    table.add_row(cells);
    under = circumstances(cost.answer);
  }
  std::string text = table.empty() ? "" : table.fitted(width);
  if (!under.empty()) {
    text += fmt::format("\nTraining with {}. Memory and FLOP (matrix products of a training step) are estimates{}.\n",
                        under, measured ? "; step and tokens/s are measured on random tokens" : "");
  }
  return fitted_lines(text + refused, width);
}

}  // namespace folio::cli
