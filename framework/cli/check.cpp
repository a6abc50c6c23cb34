#include <fmt/format.h>
#include <unistd.h>

#include <iostream>

#include "cli/commands.h"
#include "cli/session/preflight.h"
#include "cli/session/session.h"
#include "cli/view/print_json.h"
#include "experiment/yaml_writer.h"
#include "support/error.h"
#include "support/human.h"
#include "terminal/page.h"
#include "terminal/table.h"
#include "terminal/terminal.h"

namespace folio::cli {
namespace {

using nlohmann::json;

struct CheckOptions {
  std::string file;
  std::vector<std::string> overrides;
  bool all = false;
  bool json = false;
};

std::string count_text(const json& count, bool estimated) {
  return (estimated ? "about " : "") + with_commas(count.get<std::int64_t>());
}

std::string time_text(const json& time) {
  std::string text = duration_text(time.at("training_seconds"));
  const auto evaluations = time.at("evaluations").get<std::int64_t>();
  if (evaluations > 0) {
    text += fmt::format(" of training, {} for {}", duration_text(time.at("evaluation_seconds")),
                        evaluations == 1 ? "the evaluation" : fmt::format("{} evaluations", evaluations));
  }
  return text;
}

std::string check_overview(const json& answer, int width) {
  const json& data = answer.at("data");
  const json& plan = answer.at("plan");
  const json& parameters = answer.at("parameters");
  Table table({{"", Table::Align::left}, {"", Table::Align::left}});
  const std::string documents = with_commas(data.at("documents").get<std::int64_t>());
  table.add_row(
      data.at("shards")
          ? std::vector<std::string>{"shards of tokens", documents}
          : std::vector<std::string>{"documents", fmt::format("{} ({} characters)", documents,
                                                              with_commas(data.at("characters").get<std::int64_t>()))});
  table.add_row({"samples", count_text(data.at("samples"), data.at("samples_estimated"))});
  table.add_row(
      {"tokens per sample", count_text(data.at("tokens_per_sample"), data.at("tokens_per_sample_estimated"))});
  table.add_row({"evaluation samples", count_text(data.at("eval_samples"), data.at("samples_estimated"))});
  table.add_row(
      {"steps", fmt::format("{} ({} per epoch)", count_text(plan.at("max_steps"), data.at("samples_estimated")),
                            with_commas(plan.at("steps_per_epoch").get<std::int64_t>()))});
  table.add_row({"parameters", with_commas(parameters.at("total").get<std::int64_t>())});
  if (parameters.at("trainable") != parameters.at("total"))
    table.add_row({"  of these trained", with_commas(parameters.at("trainable").get<std::int64_t>())});
  for (const auto& [part, count] : parameters.at("by_part").items())
    if (count != 0) table.add_row({"  " + part, with_commas(count.get<std::int64_t>())});
  table.add_row({"memory", "about " + human_bytes(answer.at("memory").at("total").get<double>())});
  table.add_row({"time", time_text(answer.at("time"))});
  table.add_row({"precision", fmt::format("{} on {}", answer.at("precision").get<std::string>(),
                                          answer.at("device").get<std::string>())});
  return table.fitted(width);
}

int check(const CheckOptions& options, const GlobalOptions& global) {
  const Session session = open_session(global, options.file, options.overrides);
  const experiment::Experiment experiment =
      experiment::load_experiment(options.file, options.overrides, session.declarations);
  json answer = preflight(experiment, session);
  if (options.json) {
    answer["resolved"] = experiment.resolved;
    answer["origins"] = experiment.origins;
    answer["notes"] = experiment.notes;
    print_json(answer);
    return 0;
  }
  const int width = table_width(STDOUT_FILENO);
  std::string text = check_overview(answer, width);
  if (const std::string line = answer.at("precision_line"); !line.empty()) text += line + "\n";
  for (const std::string& note : experiment.notes) text += fmt::format("note: {}\n", note);
  for (const json& note : answer.at("data").at("notes")) text += fmt::format("note: {}\n", note.get<std::string>());
  if (answer["data"].at("samples_estimated") || answer["data"].at("tokens_per_sample_estimated"))
    text += "'about': an estimate, or dependent on the tokenizer, which the run trains first.\n";
  std::cout << fitted_lines(text, width);
  if (options.all) std::cout << fmt::format("\n{}\n", experiment::to_yaml(experiment.resolved));
  std::cout << fitted_lines(
      fmt::format("{} is valid.{}\n", options.file, options.all ? "" : " --all shows every value."), width);
  return 0;
}

}  // namespace

void add_check(const Command& program, const GlobalOptions& global, int& exit_code) {
  auto options = std::make_shared<CheckOptions>();
  const Command command = program.subcommand("check", "Check an experiment and say what it would do, without training");
  command.option("file", options->file, "the experiment file").required();
  command.option("overrides", options->overrides, "settings that override the file's: section.key=value");
  command.flag("--all", options->all, "show every value that a run would use, including defaults");
  command.flag("--json", options->json, "print it as JSON, with the origin of each setting");
  command.footer(
      "Examples:\n"
      "  runner check experiments/romeo.yaml\n"
      "  runner check experiments/romeo.yaml model.num_hidden_layers=24 --json");
  command.action([options, &global, &exit_code] { exit_code = check(*options, global); });
}

}  // namespace folio::cli
