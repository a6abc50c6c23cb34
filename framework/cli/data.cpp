#include <fmt/format.h>
#include <fmt/ostream.h>
#include <unistd.h>

#include <iostream>

#include "cli/commands.h"
#include "cli/session/session.h"
#include "cli/session/worker_session.h"
#include "cli/view/live_view.h"
#include "cli/view/print_json.h"
#include "cli/view/sample_view.h"
#include "support/human.h"
#include "terminal/page.h"
#include "terminal/terminal.h"

namespace folio::cli {
namespace {

using nlohmann::json;

struct DataOptions {
  std::string file;
  std::vector<std::string> overrides;
  std::int64_t sample = 0;
  std::int64_t count = 3;
  std::int64_t epoch = 0;
  bool tokens = false;
  bool json = false;
};

std::string samples_overview(const json& data) {
  const auto count = [&](const char* key) { return with_commas(data.at(key).get<std::int64_t>()); };
  const std::string lengths = data.at("shortest") == data.at("longest")
                                  ? count("longest")
                                  : fmt::format("{} to {}", count("shortest"), count("longest"));
  return fmt::format("{}: {} samples of {} tokens, {} tokens in all; {} samples for evaluation\n",
                     data.at("objective").get<std::string>(), count("samples"), lengths, count("tokens"),
                     count("eval_samples"));
}

std::string heading(const json& sample, std::int64_t epoch, const Paint& paint) {
  return fmt::format("\n{} {}\n", paint.bold(fmt::format("sample {}", sample.at("position").get<std::int64_t>())),
                     paint.dim(fmt::format("of epoch {}, number {} of the data, {} tokens", epoch,
                                           sample.at("index").get<std::int64_t>(), sample.at("tokens").size())));
}

int show_data(const DataOptions& options, const GlobalOptions& global) {
  const Session session = open_session(global, options.file, options.overrides);
  const experiment::Experiment experiment =
      experiment::load_experiment(options.file, options.overrides, session.declarations);
  json request = job_request(experiment, session.catalogue);
  request["show"] = {{"first", options.sample}, {"count", options.count}, {"epoch", options.epoch}};
  json data, samples = json::array();
  LiveView view(/*quiet=*/false);
  run_worker_to_success({.arguments = {"samples", request.dump()},
                         .environment = worker_environment(experiment.file),
                         .error_file = "/dev/null"},
                        [&](const json& line) {
                          view.show(line);
                          if (line.contains("data")) data = line["data"];
                          if (line.contains("sample")) samples.push_back(line["sample"]);
                        });
  view.finish();
  if (options.json) {
    json shown = json::array();
    for (const json& sample : samples) shown.push_back(sample_json(sample));
    data["epoch"] = options.epoch;
    print_json({{"data", data}, {"samples", shown}});
    return 0;
  }
  const bool colour = use_colour(STDOUT_FILENO);
  std::cout << fitted_lines(samples_overview(data), table_width(STDOUT_FILENO));
  for (const json& sample : samples) {
    fmt::print(std::cout, "{}{}",
               fitted_lines(heading(sample, options.epoch, Paint(colour)), table_width(STDOUT_FILENO)),
               sample_text(sample, data.at("objective"), options.tokens, colour));
  }
  return 0;
}

}  // namespace

void add_data(const Command& program, const GlobalOptions& global, int& exit_code) {
  auto options = std::make_shared<DataOptions>();
  const Command command = program.subcommand("data", "Show an experiment's samples as training sees them");
  command.option("file", options->file, "the experiment file").required();
  command.option("overrides", options->overrides, "settings that override the file's: section.key=value");
  command.option("--sample", options->sample, "the first sample to show, counted from 0 in the order of the epoch")
      .show_default()
      .not_negative();
  command.option("--count", options->count, "how many samples to show").show_default().not_negative();
  command.option("--epoch", options->epoch, "the epoch whose order and masks to show, counted from 0")
      .show_default()
      .not_negative();
  command.flag("--tokens", options->tokens, "show where tokens begin and end");
  command.flag("--json", options->json, "print counts and samples as JSON; a label of -100 means none");
  command.footer(
      "Examples:\n"
      "  runner data experiments/romeo.yaml\n"
      "  runner data experiments/romeo.yaml --sample 100 --count 1 --tokens\n"
      "  runner data experiments/romeo.yaml dataset.split.size=256 --epoch 2 --json");
  command.action([options, &global, &exit_code] { exit_code = show_data(*options, global); });
}

}  // namespace folio::cli
