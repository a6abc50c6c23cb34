// init: an experiment file for someone's own books, sized to the text, the machine and the time that there is.

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <memory>

#include "cli/commands.h"
#include "cli/session/preflight.h"
#include "cli/session/session.h"
#include "support/error.h"
#include "support/files.h"
#include "support/human.h"
#include "support/run_name.h"

namespace folio::cli {
namespace {

namespace fs = std::filesystem;

struct InitOptions {
  std::vector<std::string> books;
  std::string model = "gpt";
  double minutes = 10;
  std::string output;
  bool force = false;
};

/// A model's size. Heads are 32 wide or more.
struct ModelSize {
  int hidden_size, layers, heads;
};

constexpr std::array<ModelSize, 6> kSizes{
    {{64, 2, 2}, {128, 2, 4}, {256, 4, 8}, {384, 6, 6}, {512, 8, 8}, {768, 12, 12}}};

/// What suits a text of so many bytes: experiments/romeo-small.yaml, which was tuned on 150 KB, is the second row, and
/// the others follow it: more text carries a larger model and vocabulary, and needs fewer passes.
struct TextSize {
  double most_bytes;
  std::size_t largest_model;  // place in kSizes
  int vocab_size;
  int most_epochs;
  bool overlap;  // samples that overlap, so that little text gives many
};

constexpr std::array<TextSize, 5> kTextSizes{{{50e3, 1, 512, 15, true},
                                              {500e3, 2, 768, 11, true},
                                              {5e6, 3, 4096, 10, false},
                                              {50e6, 4, 8192, 5, false},
                                              {1e15, 5, 16384, 3, false}}};

const TextSize& text_size(double bytes) {
  return *std::find_if(kTextSizes.begin(), kTextSizes.end(),
                       [&](const TextSize& each) { return bytes <= each.most_bytes; });
}

/// A name for the experiment, from the first book's: letters, digits and '-'.
std::string experiment_name(const std::string& book) {
  std::string name;
  for (const char c : fs::path(book).stem().string())
    name += std::isalnum(static_cast<unsigned char>(c)) != 0
                ? static_cast<char>(std::tolower(static_cast<unsigned char>(c)))
                : '-';
  name.erase(0, name.find_first_not_of('-'));
  name.resize(std::min<std::size_t>(name.size(), 40));
  return name.empty() ? "experiment" : problem_with_name(name) ? name_from(name) : name;
}

/// As YAML takes any text.
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? "''" : std::string(1, c);
  return result + "'";
}

/// The lines of the section `model` that this plugin has options for.
std::string model_lines(const PluginDescription& plugin, const ModelSize& size, bool little_text) {
  std::string text;
  const auto line = [&](const char* key, const std::string& value, const char* comment) {
    if (plugin.options.find(key) != nullptr)
      text += fmt::format("  {:<32}# {}\n", fmt::format("{}: {}", key, value), comment);
  };
  line("hidden_size", std::to_string(size.hidden_size), "how many numbers represent each token inside the model");
  line("num_hidden_layers", std::to_string(size.layers), "blocks that the text passes through");
  line("num_attention_heads", std::to_string(size.heads),
       "ways in which a token looks at the others; must divide hidden_size");
  line("intermediate_size", std::to_string(4 * size.hidden_size), "width inside a block");
  line("max_position_embeddings", "256", "how many tokens the model can read at once");
  if (little_text)
    for (const char* key : {"resid_pdrop", "embd_pdrop", "attn_pdrop"})
      line(key, "0.2", "share dropped at random, to prevent memorizing");
  return text;
}

struct Plan {
  ModelSize size;
  TextSize text;
  int epochs = 1;
  std::int64_t max_steps = 0;  ///< in place of the epochs, where even one takes too long
};

bool is_json_lines(const std::string& name) {
  return name.ends_with(".jsonl") || name.ends_with(".jsonl.gz") || name.ends_with(".jsonl.zst");
}

/// The lines of the section `dataset` that say what is read: the data set that fits the names.
std::string data_lines(const std::vector<std::string>& books) {
  std::vector<std::string> names;
  for (const std::string& book : books) names.push_back(quoted(book));
  const auto lines = std::count_if(books.begin(), books.end(), is_json_lines);
  if (lines == 0) return fmt::format("  type: textbooks\n  books: [{}]\n", fmt::join(names, ", "));
  if (lines < std::ssize(books))
    throw Error(
        ErrorKind::usage,
        "some of the files are JSON Lines and some are not: expected one kind only; write an experiment for each kind");
  return fmt::format("  type: jsonl\n  files: [{}]\n  field: text                     # in each line's object\n",
                     fmt::join(names, ", "));
}

std::string experiment_text(const InitOptions& options, const PluginDescription& plugin, const Plan& plan) {
  const std::string length =
      plan.max_steps > 0
          ? fmt::format(
                "  max_steps: {:<21}# steps; one whole pass over the text would take longer than {:g} min here\n",
                plan.max_steps, options.minutes)
          : fmt::format("  num_train_epochs: {:<14}# passes over the text\n", plan.epochs);
  return fmt::format(
      R"(# Written by `runner init`. `runner help KEY` explains any key; `runner check FILE` says what a run would do.
name: {name}
dataset:
{data_lines}  split: {{by: document, size: 128, stride: {stride}}} # samples of 128 tokens{overlap}
  validation: 0.1                 # the last tenth of the text is never trained on; eval_loss is measured there
tokenizer:
  type: {tokenizer:<26}# cuts the text into tokens; it is trained on the text
  vocab_size: {vocab:<20}# the most different tokens
model:
  type: {model:<26}# runner plugins lists the others
{model_lines}training:
{length}  per_device_train_batch_size: 16
  per_device_eval_batch_size: 32
  learning_rate: 1.0e-3           # how far a step moves the weights; too large a value makes training fail
  lr_scheduler_type: cosine       # the rate falls to 0 along half a cosine wave
  warmup_ratio: 0.05              # after a short rise
  weight_decay: 0.1
  logging_steps: 50
  eval_strategy: epoch            # measure eval_loss after each pass
  save_strategy: epoch
  save_total_limit: 1
  load_best_model_at_end: true    # keep the model of the pass with the lowest eval_loss
  seed: 42                        # runs with other seeds show how much a result owes to chance
)",
      fmt::arg("name", experiment_name(options.books.front())), fmt::arg("data_lines", data_lines(options.books)),
      fmt::arg("stride", plan.text.overlap ? 32 : 128), fmt::arg("overlap", plan.text.overlap ? ", which overlap" : ""),
      fmt::arg("tokenizer", plugin.usual_tokenizer.empty() ? "bpe" : plugin.usual_tokenizer),
      fmt::arg("vocab", plan.text.vocab_size), fmt::arg("model", options.model),
      fmt::arg("model_lines", model_lines(plugin, plan.size, plan.text.overlap)), fmt::arg("length", length));
}

/// What preflight says of the plan, once it is written to the file.
nlohmann::json outlook(const InitOptions& options, const PluginDescription& plugin, const Plan& plan,
                       const fs::path& file, const Session& session) {
  write_file_atomically(file, experiment_text(options, plugin, plan));
  return preflight(experiment::load_experiment(file, {}, session.declarations), session);
}

double seconds_of(const nlohmann::json& answer) {
  const nlohmann::json& time = answer.at("time");
  return time.at("training_seconds").at(1).get<double>() + time.at("evaluation_seconds").at(1).get<double>();
}

/// The largest model that suits the text and sees it three times at least in the time that there is; the smallest,
/// with as many steps as there is time for, where none does. What preflight says of it comes with it.
std::pair<Plan, nlohmann::json> fit(const InitOptions& options, const PluginDescription& plugin, const fs::path& file,
                                    const Session& session) {
  constexpr int kFewestEpochs = 3;
  constexpr double kFewestBytes = 8192;  // of which a tenth still makes a sample of 128 tokens
  const double most_seconds = 60 * options.minutes;
  Plan plan{.size = kSizes.front(), .text = kTextSizes.front()};
  nlohmann::json answer = outlook(options, plugin, plan, file, session);
  const auto bytes = answer.at("data").at("bytes").get<double>();
  if (bytes < kFewestBytes) {
    throw Error(ErrorKind::experiment, fmt::format("there are only {} of text, expected {} or more: a model learns "
                                                   "nothing from less, and a tenth is kept for evaluation",
                                                   human_bytes(bytes), human_bytes(kFewestBytes)));
  }
  plan.text = text_size(bytes);
  for (std::size_t place = plan.text.largest_model + 1; place-- > 0;) {
    plan.size = kSizes[place];
    plan.epochs = 1;
    answer = outlook(options, plugin, plan, file, session);
    const double one_epoch = seconds_of(answer);
    const auto epochs = static_cast<int>(std::min<double>(plan.text.most_epochs, most_seconds / one_epoch));
    if (place > 0 && epochs < std::min(kFewestEpochs, plan.text.most_epochs)) continue;
    plan.epochs = std::max(1, epochs);
    if (epochs < 1) {
      const auto steps = answer.at("plan").at("steps_per_epoch").get<double>();
      plan.max_steps = std::max<std::int64_t>(1, static_cast<std::int64_t>(steps * most_seconds / one_epoch));
    }
    break;
  }
  return {plan, outlook(options, plugin, plan, file, session)};
}

int init(const InitOptions& options, const GlobalOptions& global) {
  const fs::path file = options.output.empty() ? experiment_name(options.books.front()) + ".yaml" : options.output;
  if (fs::exists(file) && !options.force)
    throw Error(ErrorKind::usage, file.string() + " already exists; expected another name (-o), or --force");
  const Session session = open_session(global, file);
  const PluginDescription& plugin = session.catalogue.require(PluginKind::model, options.model);
  if (::isatty(STDERR_FILENO) != 0) fmt::print(std::cerr, "Trying sizes on this machine ...\n");
  const std::string before = fs::exists(file) ? read_file(file) : "";
  try {
    const auto [plan, answer] = fit(options, plugin, file, session);
    fmt::print(std::cout, "{} trains a {} of {} parameters on {} of text; on this machine that takes {}.\n",
               file.string(), options.model, with_commas(answer.at("parameters").at("total").get<std::int64_t>()),
               human_bytes(answer.at("data").at("bytes").get<double>()),
               duration_text(answer.at("time").at("training_seconds")));
  } catch (const Error&) {
    std::error_code ignored;
    before.empty() ? void(fs::remove(file, ignored)) : write_file_atomically(file, before);
    throw;
  }
  fmt::print(std::cout, "Next:\n  runner {0}\n  runner check {0}\n", file.string());
  return 0;
}

}  // namespace

void add_init(const Command& program, const GlobalOptions& global, int& exit_code) {
  const Command command = program.subcommand(
      "init", "Write an experiment file for your own books, sized to the text, the machine and the time available");
  const auto options = std::make_shared<InitOptions>();
  command
      .option("BOOK", options->books, "books of the catalogue; files, folders or globs of plain text; or .jsonl files")
      .required();
  command.option("--model", options->model, "the model; runner plugins lists the choices").show_default();
  command.option("--minutes", options->minutes, "how long training may take").show_default().positive();
  command.option("-o,--output", options->output, "the file to write; by default it is named after the first book");
  command.flag("--force", options->force, "overwrite an existing file");
  command.footer(
      "Examples:\n  runner init romeo-and-juliet\n  runner init romeo-and-juliet macbeth --minutes 5 --model bert -o "
      "two.yaml");
  command.action([options, &global, &exit_code] { exit_code = init(*options, global); });
}

}  // namespace folio::cli
