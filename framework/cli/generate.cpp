#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "cli/results_store.h"
#include "cli/session.h"
#include "cli/worker_session.h"
#include "results/selection.h"
#include "support/error.h"
#include "support/terminal.h"

namespace folio::cli {
namespace {

struct GenerateOptions {
  std::string run = "latest";
  std::string prompt;
  std::int64_t max_new_tokens = 100;
  double temperature = 0.8;
  std::int64_t top_k = 50;
  double top_p = 1.0;
  std::int64_t seed = 42;
  bool json = false;
};

int generate(const GenerateOptions& options, const GlobalOptions& global) {
  results::Store store = open_store(global);
  const auto runs = store.list();
  const results::Run run = store.load(results::select_run(runs, options.run).id);
  if (!std::filesystem::exists(run.folder.model() / "model.safetensors")) {
    throw Error(ErrorKind::usage, fmt::format("run {} has no model to generate with: it is {}", run.summary.id,
                                              results::to_string(run.summary.state)));
  }
  const nlohmann::json request{{"prompt", options.prompt},
                               {"max_new_tokens", options.max_new_tokens},
                               {"temperature", options.temperature},
                               {"top_k", options.top_k},
                               {"top_p", options.top_p},
                               {"seed", options.seed}};
  const bool live = !options.json;
  const Paint paint(use_colour(STDOUT_FILENO));
  if (live) fmt::print("{}", paint.dim(options.prompt));
  std::string text;
  nlohmann::json error;
  const WorkerEnd end = run_worker(
      {.arguments = {"generate", run.folder.path().string(), request.dump()},
       .environment = worker_environment(run.info.experiment_file),
       .error_file = "/dev/null"},
      [&](const nlohmann::json& line) {
        if (line.contains("error")) error = line["error"];
        if (!line.contains("text")) return;
        text += line["text"].get<std::string>();
        if (live) fmt::print("{}", line["text"].get<std::string>());
        std::fflush(stdout);
      },
      [] {});
  if (live) fmt::print("\n");
  if (!error.is_null()) throw Error(error_kind_from_string(error.at("kind").get<std::string>()), error.at("message"));
  if (!end.status.success()) throw Error(ErrorKind::run, "the worker " + end.status.to_text());
  if (options.json) {
    print_json({{"id", run.summary.id}, {"prompt", options.prompt}, {"text", text}});
  }
  return 0;
}

}  // namespace

void add_generate(CLI::App& app, const GlobalOptions& global, int& exit_code) {
  auto options = std::make_shared<GenerateOptions>();
  CLI::App* command =
      app.add_subcommand("generate", "Let the model of a run continue a text, or fill the masks in one");
  command->add_option("run", options->run, "the run: id prefix, name, latest, or an experiment file")
      ->capture_default_str();
  command->add_option(
      "-p,--prompt", options->prompt,
      "the text to continue, without one the model begins a new text; for a masked model, a text with mask tokens");
  command->add_option("--max-new-tokens", options->max_new_tokens, "tokens to generate")
      ->capture_default_str()
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 20));
  command->add_option("-t,--temperature", options->temperature, "0 takes the most probable token each time")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 100.0));
  command->add_option("--top-k", options->top_k, "choose among the k most probable tokens; 0: among all")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  command->add_option("--top-p", options->top_p, "choose among the most probable tokens that together have this share")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1.0));
  command->add_option("--seed", options->seed, "of the choices")->capture_default_str()->check(CLI::NonNegativeNumber);
  command->add_flag("--json", options->json, "print run, prompt and text as JSON");
  command->footer(
      "Examples:\n"
      "  runner generate latest --prompt 'ROMEO.'\n"
      "  runner generate smoke-bert -p 'O Romeo, [MASK] art thou'\n"
      "  runner generate romeo-small -p 'But soft,' --temperature 0.6 --top-p 0.9 --seed 7");
  command->callback([options, &global, &exit_code] { exit_code = generate(*options, global); });
}

}  // namespace folio::cli
