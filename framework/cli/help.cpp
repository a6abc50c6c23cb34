// help: what a key of the experiment, a metric or a command means.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/session/session.h"
#include "cli/view/print_json.h"
#include "experiment/option_text.h"
#include "experiment/other_words.h"
#include "experiment/training_page.h"
#include "formats/description_json.h"
#include "runs/record/facts.h"
#include "runs/record/metrics.h"
#include "support/error.h"
#include "support/nearest_name.h"
#include "terminal/page.h"

namespace folio::cli {
namespace {

using nlohmann::json;

struct HelpOptions {
  std::vector<std::string> words;  ///< one, or a command within a command: plugins show
  bool json = false;
  bool markdown = false;
};

/// Something that has a name and a meaning.
struct Topic {
  std::vector<std::string> names;  ///< by which it is found, the full one first: "training.seed", "seed"
  std::string owner;               ///< "an option of the model gpt"
  std::string meaning;
  std::optional<Option> option{};
};

void add_options(const OptionTable& table, const std::vector<std::string>& sections, const std::string& owner,
                 std::vector<Topic>& topics) {
  for (const Option& option : table.options()) {
    Topic topic{.names = {}, .owner = owner, .meaning = option.help_text, .option = option};
    for (const std::string& section : sections) topic.names.push_back(section + "." + option.name);
    topic.names.push_back(option.name);
    topics.push_back(std::move(topic));
  }
}

std::vector<Topic> all_topics(const experiment::Declarations& declarations) {
  std::vector<Topic> topics;
  add_options(declarations.framework.training, {"training"}, "a training argument", topics);
  add_options(declarations.framework.dataset, {"dataset"}, "an option that every data set takes", topics);
  add_options(declarations.framework.model, {"model"}, "an option that every model takes", topics);
  for (const PluginDescription& plugin : declarations.plugins) {
    const std::string kind(to_string(plugin.kind));
    add_options(plugin.options, {kind, plugin.id, kind + "/" + plugin.id},
                fmt::format("an option of the {} {}", kind, plugin.id), topics);
  }
  for (const runs::Metric& metric : runs::all_metrics())
    topics.push_back({{std::string(metric.name)}, "a metric", std::string(metric.meaning)});
  for (const runs::FactMeaning& fact : runs::fact_meanings())
    topics.push_back({{std::string(fact.name)}, "a fact of a run", std::string(fact.meaning)});
  return topics;
}

std::vector<Topic> topics_called(const std::vector<Topic>& topics, const std::string& word) {
  std::vector<Topic> found;
  for (const Topic& topic : topics)
    if (std::find(topic.names.begin(), topic.names.end(), word) != topic.names.end()) found.push_back(topic);
  return found;
}

/// What a word of another program is here.
std::vector<Topic> topics_of_other(const std::vector<Topic>& topics, const experiment::OtherWord& other) {
  for (const std::string_view key : experiment::words_of(other.keys))
    if (auto found = topics_called(topics, std::string(key)); !found.empty()) return found;
  return {};
}

json to_json(const Topic& topic) {
  json result{{"name", topic.names.front()}, {"owner", topic.owner}, {"meaning", topic.meaning}};
  if (topic.option) result["option"] = folio::to_json(OptionTable({*topic.option}))[0];
  return result;
}

void print(const Topic& topic) {
  Page page = Page::for_output();
  page.heading(topic.names.front(), "(" + topic.owner + ")");
  page.paragraph(topic.meaning);
  if (topic.option) {
    const std::string unit = topic.option->unit_text.empty() ? "" : ", in " + topic.option->unit_text;
    page.line(fmt::format("takes: {}{}", expectation(*topic.option), unit));
    page.line("default: " + experiment::default_text(*topic.option));
  }
  std::cout << page.text();
}

[[noreturn]] void fail(const std::string& word, const std::vector<Topic>& topics, const Command& program) {
  std::vector<std::string> names;
  for (const Topic& topic : topics) names.insert(names.end(), topic.names.begin(), topic.names.end());
  for (const Command& command : program.subcommands()) names.push_back(command.name());
  throw Error(ErrorKind::usage,
              fmt::format("there is no help on '{}': expected a key of an experiment, an option of a "
                          "plugin, a metric, a fact or a command{}; docs/glossary.md explains basic words",
                          word, did_you_mean(word, names)));
}

/// The command that the words name, one within the other; none where there is none.
std::optional<Command> command_called(const Command& program, const std::vector<std::string>& words) {
  Command found = program;
  for (const std::string& word : words) {
    const std::vector<Command> inner = found.subcommands();
    const auto called =
        std::find_if(inner.begin(), inner.end(), [&](const Command& each) { return each.name() == word; });
    if (called == inner.end()) return std::nullopt;
    found = *called;
  }
  return found;
}

void help(const HelpOptions& options, const Command& program, const GlobalOptions& global) {
  if (!options.markdown) {
    if (const auto command = command_called(program, options.words)) {
      std::cout << command->help_text();
      return;
    }
  }
  const Session session = open_session(global, {});
  if (options.markdown) {
    std::cout << experiment::training_page(session.declarations.framework);
    return;
  }
  const std::string word = options.words.empty() ? "" : options.words.front();
  if (options.words.size() > 1) {
    throw Error(ErrorKind::usage,
                fmt::format("there is no command '{}'; expected one word, or a command within a command",
                            fmt::join(options.words, " ")));
  }
  const std::vector<Topic> topics = all_topics(session.declarations);
  std::vector<Topic> found = topics_called(topics, word);
  const experiment::OtherWord* other = found.empty() ? experiment::find_other_word(word) : nullptr;
  if (other != nullptr) found = topics_of_other(topics, *other);
  if (found.empty() && other == nullptr) fail(word, topics, program);
  if (options.json) {
    json list = json::array();
    for (const Topic& topic : found) list.push_back(to_json(topic));
    print_json({{"topics", list}});
    return;
  }
  if (other != nullptr) {
    const auto keys = experiment::words_of(other->keys);
    std::cout << (keys.empty() ? fmt::format("Folio has no '{}'", word)
                               : fmt::format("'{}' is called '{}' in Folio", word, keys.front()))
              << (other->note.empty() ? "" : fmt::format(": {}", other->note)) << ".\n";
  }
  for (const Topic& topic : found) {
    if (&topic != &found.front()) std::cout << "\n";
    print(topic);
  }
}

}  // namespace

void add_help(const Command& program, const GlobalOptions& global, int&) {
  const Command command = program.subcommand("help", "Explain a key of an experiment, a metric or a command");
  const auto options = std::make_shared<HelpOptions>();
  command.option("WORD", options->words, "a key, an option of a plugin, a metric, a fact or a command");
  command.flag("--json", options->json, "print JSON: topics, each with name, owner, meaning, option");
  command.flag("--md", options->markdown, "print all training arguments and framework options: docs/training.md");
  command.footer(
      "Examples:\n  runner help training.learning_rate\n  runner help dataset.split.by\n  runner help gpt.resid_pdrop\n"
      "  runner help unigram_loss\ndocs/glossary.md explains basic words such as token, loss and epoch.");
  command.action([options, program, &global] { help(*options, program, global); });
}

}  // namespace folio::cli
