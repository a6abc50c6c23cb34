#include <fmt/format.h>
#include <fmt/ostream.h>
#include <unistd.h>

#include <iostream>
#include <optional>

#include "cli/commands.h"
#include "cli/session/model_of_run.h"
#include "cli/session/results_store.h"
#include "cli/session/sampling_commands.h"
#include "cli/session/session.h"
#include "cli/session/worker_session.h"
#include "cli/view/print_json.h"
#include "runs/record/selection.h"
#include "support/error.h"
#include "support/utf8.h"
#include "terminal/page.h"
#include "terminal/terminal.h"

namespace folio::cli {
namespace {

struct GenerateOptions {
  std::string run = "latest";
  std::string prompt;
  SamplingChoice sampling;
  bool interactive = false;
  bool json = false;
};

/// What the worker loads, and how scripts are told of it.
struct Subject {
  nlohmann::json request;
  nlohmann::json shown;  ///< {"id": ...} of a run, {"folder": ...}
  std::filesystem::path experiment;
};

Subject subject_of_run(const std::string& text, const GlobalOptions& global) {
  runs::Store store = open_store(global);
  const auto runs = store.list();
  const runs::Run run = store.load(runs::select_run(runs, text, store.unread()).id);
  model_of_run(run);
  for (const runs::PluginBuild& plugin : run.info.plugins) require_trusted(plugin, global);
  return {{{"run_folder", run.folder.path().string()}}, {{"id", run.summary.id}}, run.info.experiment_file};
}

/// A folder of Hugging Face's: its config.json decides the plugin.
Subject subject_of_folder(const std::string& text, const GlobalOptions& global) {
  const Session session = open_session(global, {});
  const std::string folder = std::filesystem::absolute(text).lexically_normal().string();
  const experiment::Experiment experiment =
      experiment::load_model({"model={from: " + nlohmann::json(folder).dump() + "}"}, session.declarations);
  return {job_request(experiment, session.catalogue), {{"folder", experiment.resolved["model"]["from"]}}, {}};
}

Subject subject_of(const std::string& text, const GlobalOptions& global) {
  std::error_code unreadable;
  return std::filesystem::is_directory(text, unreadable) ? subject_of_folder(text, global)
                                                         : subject_of_run(text, global);
}

/// A model, to be asked.
class Conversation {
 public:
  Conversation(const GenerateOptions& options, Subject subject)
      : options_(options), subject_(std::move(subject)), sampling_(options.sampling) {}

  /// One prompt.
  void ask() {
    nlohmann::json with_prompt = request();
    with_prompt["prompt"] = options_.prompt;
    work(with_prompt, /*input_open=*/false);
    if (options_.json) return print_json(answer(options_.prompt));
    print("\n");
  }

  /// A prompt for each line that is typed, until there is none.
  void ask_on() {
    if (is_terminal(STDIN_FILENO))
      fmt::print(std::cerr, "{}",
                 wrapped(fmt::format("Type a prompt and press Enter. {} change how the model chooses, and /help "
                                     "explains them. Ctrl-C ends an answer; /quit or Ctrl-D quits.",
                                     sampling_command_names()),
                         0, terminal_width(STDERR_FILENO)));
    work(request(), /*input_open=*/true);
  }

 private:
  nlohmann::json request() const {
    nlohmann::json request = subject_.request;
    request.update(sampling());
    return request;
  }

  nlohmann::json sampling() const {
    return {{"max_new_tokens", sampling_.max_new_tokens},
            {"temperature", sampling_.temperature},
            {"top_k", sampling_.top_k},
            {"top_p", sampling_.top_p},
            {"seed", sampling_.seed}};
  }

  nlohmann::json answer(const std::string& prompt) const {
    nlohmann::json answer = subject_.shown;
    answer.update({{"prompt", prompt}, {"text", text_}});
    return answer;
  }

  void work(const nlohmann::json& request, bool input_open) {
    const ChildProcess::Options worker{.arguments = {"generate", request.dump()},
                                       .environment = worker_environment(subject_.experiment),
                                       .error_file = "/dev/null",
                                       .input_open = input_open};
    nlohmann::json error;
    const WorkerEnd end = run_worker(
        worker, [&](const nlohmann::json& line) { line.contains("error") ? void(error = line["error"]) : take(line); },
        [] {}, {[&] { return next_prompt(); }, is_terminal(STDIN_FILENO)});
    if (end.interrupts > 0 && (input_open || !end.status.success())) throw Error(ErrorKind::interrupted, "interrupted");
    if (!error.is_null()) throw Error(error_kind_from_string(error.at("kind").get<std::string>()), error.at("message"));
    if (!end.status.success()) throw Error(ErrorKind::run, "the worker " + end.status.to_text());
  }

  void take(const nlohmann::json& line) {
    if (line.contains("refused"))
      fmt::print(std::cerr, "{}: {}", Paint(use_colour(STDERR_FILENO)).yellow("note"),
                 shown(line["refused"].get<std::string>()));
    if (!line.contains("text")) return;
    if (text_.empty() && !options_.interactive && !options_.json) print(paint_.dim(shown(options_.prompt)));
    text_ += line["text"].get<std::string>();
    if (!options_.json) print(shown(line["text"].get<std::string>()));
  }

  std::optional<std::string> next_prompt() {
    if (asked_) finish_answer();
    asked_ = is_terminal(STDIN_FILENO) ? type_prompt() : static_cast<bool>(std::getline(std::cin, prompt_));
    if (!asked_) return std::nullopt;
    text_.clear();
    nlohmann::json asked = sampling();
    asked["prompt"] = prompt_;
    return asked.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }

  /// The next line that is a prompt, after the commands that are typed before it; false where there is none.
  bool type_prompt() {
    while (print(paint_.bold("> ")), std::getline(std::cin, prompt_)) {
      if (prompt_ == "/quit") return false;
      if (!prompt_.starts_with('/')) return true;
      if (prompt_.starts_with("//")) {
        prompt_.erase(0, 1);
        return true;
      }
      try {
        print(do_sampling_command(prompt_, sampling_));
      } catch (const Error& error) {  // the boundary between one line and the next
        print(shown(std::string(error.what())) + "\n");
      }
    }
    print("\n");
    return false;
  }

  void finish_answer() {
    if (!options_.json) return print("\n");
    print(json_line(answer(prompt_)));
  }

  static std::string shown(const std::string& text) { return without_controls(text, /*keep_lines=*/true); }

  static void print(const std::string& text) { std::cout << text << std::flush; }

  const GenerateOptions& options_;
  Subject subject_;
  SamplingChoice sampling_;
  Paint paint_{use_colour(STDOUT_FILENO)};
  std::string prompt_, text_;  ///< the last that was read, and what came for it
  bool asked_ = false;
};

int generate(const GenerateOptions& options, const GlobalOptions& global) {
  Conversation conversation(options, subject_of(options.run, global));
  options.interactive ? conversation.ask_on() : conversation.ask();
  return 0;
}

}  // namespace

void add_generate(const Command& program, const GlobalOptions& global, int& exit_code) {
  auto options = std::make_shared<GenerateOptions>();
  const Command command = program.subcommand("generate", "Continue a text with a run's model, or fill the masks in it");
  command
      .option(
          "run", options->run,
          "the run (the beginning of its id, its name, latest, or an experiment file), or a model's folder of Hugging "
          "Face's")
      .show_default();
  const CommandOption prompt = command
                                   .option("-p,--prompt", options->prompt,
                                           "the text to continue; without it the model begins a new text. For a masked "
                                           "model, a text with mask tokens")
                                   .free_text();
  command.option("--max-new-tokens", options->sampling.max_new_tokens, "how many tokens to generate")
      .show_default()
      .range(std::int64_t{1}, std::int64_t{1} << 20);
  command
      .option("-t,--temperature", options->sampling.temperature,
              "how much chance to allow; 0 always takes the most probable token")
      .show_default()
      .range(0.0, 100.0);
  command.option("--top-k", options->sampling.top_k, "choose among this many of the most probable tokens; 0: among all")
      .show_default()
      .not_negative();
  command
      .option("--top-p", options->sampling.top_p,
              "choose among the most probable tokens that together have this probability")
      .show_default()
      .range(0.0, 1.0);
  command.option("--seed", options->sampling.seed, "seed of the random choices").show_default().not_negative();
  command
      .flag("-i,--interactive", options->interactive,
            "keep the model loaded, and read a prompt from each line of standard input; typed lines such as "
            "/temperature 0.5 change what is chosen, and /help lists them; Ctrl-C ends an answer")
      .excludes(prompt);
  command.flag("--json", options->json,
               "print run, prompt and text as JSON; with --interactive one line for each prompt");
  command.footer(
      "Control and other hidden characters of a text are shown as U+FFFD, also in a pipe; --json has the text as it "
      "is.\n\n"
      "Examples:\n"
      "  runner generate latest --prompt 'ROMEO.'\n"
      "  runner generate downloads/distilgpt2 -p 'ROMEO.'\n"
      "  runner generate smoke-bert -p 'O Romeo, [MASK] art thou'\n"
      "  runner generate romeo-small --interactive\n"
      "  runner generate romeo-small -p 'But soft,' --temperature 0.6 --top-p 0.9 --seed 7");
  command.action([options, &global, &exit_code] { exit_code = generate(*options, global); });
}

}  // namespace folio::cli
