#include "cli/command_line/command.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <utility>

#include "support/error.h"
#include "support/nearest_name.h"
#include "support/utf8.h"
#include "terminal/page.h"
#include "terminal/terminal.h"

namespace folio::cli {

namespace {

/// Words of ours in place of CLI11's, which tell the largest double in full. `name` stands in the help.
CLI::Validator number_check(const std::string& name, const std::string& expected, bool (*fits)(double)) {
  return CLI::Validator(
      [expected, fits](std::string& text) -> std::string {
        double number = 0;
        if (CLI::detail::lexical_cast(text, number) && fits(number)) return "";
        return "expected " + expected + ", got '" + text + "'";
      },
      name);
}

/// Words of ours in place of CLI11's, which suggest nothing.
CLI::Validator word_check(const std::vector<std::string>& words) {
  std::string listed;
  for (const std::string& word : words) listed += (listed.empty() ? "" : ",") + word;
  return CLI::Validator(
      [words](std::string& text) -> std::string {
        if (std::find(words.begin(), words.end(), text) != words.end()) return "";
        std::string message = "expected one of ";
        for (const std::string& word : words) message += (&word == &words.front() ? "'" : ", '") + word + "'";
        return message + ", got '" + text + "'" + did_you_mean(text, words);
      },
      "{" + listed + "}");
}

constexpr const char* kPlainCheck = "plain";

/// Of what may name something; see CommandOption::free_text().
CLI::Validator plain_check() {
  return CLI::Validator(
      [](std::string& text) -> std::string {
        const std::size_t key =
            text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.");
        const bool is_setting = key != std::string::npos && key > 0 && text[key] == '=';
        if (is_setting || !has_control_characters(text)) return "";
        return "expected a text without control characters and line ends, got '" + without_controls(text) + "'";
      },
      "", kPlainCheck);
}

/// The command that was called: the innermost on the command line.
const CLI::App& called(const CLI::App& program) {
  const auto commands = program.get_subcommands();
  return commands.empty() ? program : called(*commands.back());
}

/// "runner plugins show"
std::string whole_name(const CLI::App& app) {
  const CLI::App* const outer = app.get_parent();
  return (outer == nullptr ? "" : whole_name(*outer) + " ") + app.get_name();
}

/// The long options of the command and, since they may stand behind it, those of the commands that it is in.
std::vector<std::string> options_of(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* app = &command; app != nullptr; app = app->get_parent())
    for (const CLI::Option* option : app->get_options({}))
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

/// A sentence for each option that the command does not have.
std::string unknown_options(const CLI::App& program) {
  const CLI::App& command = called(program);
  std::string message;
  for (const std::string& word : program.remaining(/*recurse=*/true)) {
    if (!word.starts_with('-') || word == "-" || word == "--") continue;
    const std::string name = word.substr(0, word.find('='));
    message += (message.empty() ? "" : "\n") + whole_name(command) + " has no option '" + without_controls(name) + "'" +
               did_you_mean(name, options_of(command));
  }
  return message;
}

/// A sentence for each word that the command does not take.
std::string unknown_words(const CLI::App& program) {
  const CLI::App& command = called(program);
  std::vector<std::string> commands;
  for (const CLI::App* inner : command.get_subcommands({})) commands.push_back(inner->get_name());
  std::string message;
  for (const std::string& word : program.remaining(/*recurse=*/true))
    message += (message.empty() ? "" : "\n") + whole_name(command) + " takes no '" + without_controls(word) + "'" +
               did_you_mean(word, commands);
  return message;
}

/// What is wrong with the command line, and where to read how it is right.
std::string refusal(const CLI::App& program, const CLI::ParseError& error) {
  // An option that is not known comes first: what else is missing may be a value that stood behind it.
  std::string message = unknown_options(program);
  if (message.empty())
    message = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr ? unknown_words(program) : error.what();
  return message + "\nSee " + whole_name(called(program)) + " --help.";
}

/// Of the words of a line.
int longest_word(const std::string& line) {
  int longest = 0;
  for (const std::string& word : wrapped_lines(line, 1)) longest = std::max(longest, display_width(word));
  return longest;
}

/// Help in lines of `width` columns at most, 0 being any width. What is said of an option stays in its column, or
/// stands below its name where that has no room; commands to copy, which the examples at the end are, stay whole.
std::string fitted_help(const std::string& help, int width, std::size_t column) {
  if (width <= 0) return help;
  const std::size_t examples = std::min(help.find("\nExample"), help.size());
  std::string result;
  for (std::size_t begin = 0; begin < examples;) {
    const std::size_t end = std::min(help.find('\n', begin), examples);
    const std::string line = help.substr(begin, end - begin);
    // Behind a name of its own width, or below a longer one.
    const bool described =
        line.starts_with("  ") && line.size() > column && line[column - 1] == ' ' && line[column] != ' ';
    const int room = width - static_cast<int>(column);
    constexpr int kLeastRoom = 20, kBelow = 6;
    if (described && (room < kLeastRoom || longest_word(line.substr(column)) > room)) {
      const std::size_t name = line.find_last_not_of(' ', column - 1);
      if (name != std::string::npos) result += fitted_lines(line.substr(0, name + 1) + "\n", width);
      result += wrapped(line.substr(column), kBelow, width);
    } else if (described && display_width(line) > width) {
      const std::string said = wrapped(line.substr(column), static_cast<int>(column), width);
      result += line.substr(0, column) + said.substr(column);
    } else {
      result += fitted_lines(line + "\n", width);
    }
    begin = end + 1;
  }
  return result + help.substr(examples);
}

std::string help_of(const CLI::App& app) {
  const auto formatter = std::dynamic_pointer_cast<CLI::Formatter>(app.get_formatter());
  return fitted_help(formatter->make_help(&app, whole_name(app), CLI::AppFormatMode::Normal),
                     table_width(STDOUT_FILENO), formatter->get_column_width());
}

}  // namespace

CommandOption CommandOption::required() const { return CommandOption(option_->required()); }

CommandOption CommandOption::show_default() const { return CommandOption(option_->capture_default_str()); }

CommandOption CommandOption::excludes(CommandOption other) const {
  return CommandOption(option_->excludes(other.option_));
}

CommandOption CommandOption::needs(CommandOption other) const { return CommandOption(option_->needs(other.option_)); }

CommandOption CommandOption::delimiter(char separator) const { return CommandOption(option_->delimiter(separator)); }

CommandOption CommandOption::one_value() const { return CommandOption(option_->allow_extra_args(false)); }

CommandOption CommandOption::positive() const {
  return CommandOption(option_->check(number_check("POSITIVE", "a number above 0", [](double n) { return n > 0; })));
}

CommandOption CommandOption::not_negative() const {
  return CommandOption(option_->check(number_check("NONNEGATIVE", "0 or more", [](double n) { return n >= 0; })));
}

CommandOption CommandOption::range(std::int64_t least, std::int64_t most) const {
  return CommandOption(option_->check(CLI::Range(least, most)));
}

CommandOption CommandOption::range(double least, double most) const {
  return CommandOption(option_->check(CLI::Range(least, most)));
}

CommandOption CommandOption::one_of(std::vector<std::string> values) const {
  return CommandOption(option_->check(word_check(values)));
}

CommandOption CommandOption::free_text() const {
  option_->get_validator(kPlainCheck)->active(false);
  return *this;
}

Command Command::subcommand(const std::string& name, const std::string& description) const {
  return Command(app_->add_subcommand(name, description));
}

CommandOption Command::option(const std::string& name, std::string& value, const std::string& help) const {
  return CommandOption(app_->add_option(name, value, help)->check(plain_check()));
}

CommandOption Command::option(const std::string& name, std::optional<std::string>& value,
                              const std::string& help) const {
  return CommandOption(app_->add_option(name, value, help)->check(plain_check()));
}

CommandOption Command::option(const std::string& name, std::vector<std::string>& value, const std::string& help) const {
  return CommandOption(app_->add_option(name, value, help)->check(plain_check()));
}

CommandOption Command::option(const std::string& name, std::filesystem::path& value, const std::string& help) const {
  return CommandOption(app_->add_option(name, value, help)->check(plain_check()));
}

CommandOption Command::option(const std::string& name, std::vector<std::filesystem::path>& value,
                              const std::string& help) const {
  return CommandOption(app_->add_option(name, value, help)->check(plain_check()));
}

CommandOption Command::option(const std::string& name, std::int64_t& value, const std::string& help) const {
  return CommandOption(app_->add_option(name, value, help));
}

CommandOption Command::option(const std::string& name, std::optional<std::int64_t>& value,
                              const std::string& help) const {
  return CommandOption(app_->add_option(name, value, help));
}

CommandOption Command::option(const std::string& name, std::size_t& value, const std::string& help) const {
  return CommandOption(app_->add_option(name, value, help));
}

CommandOption Command::option(const std::string& name, double& value, const std::string& help) const {
  return CommandOption(app_->add_option(name, value, help));
}

CommandOption Command::flag(const std::string& name, bool& value, const std::string& help) const {
  return CommandOption(app_->add_flag(name, value, help));
}

void Command::require_options(int count) const { app_->require_option(count); }

void Command::footer(const std::string& text) const { app_->footer(text); }

void Command::action(std::function<void()> action) const { app_->callback(std::move(action)); }

std::string Command::name() const { return app_->get_name(); }

std::string Command::help_text() const { return help_of(*app_); }

bool Command::given() const { return app_->parsed(); }

std::vector<Command> Command::subcommands() const {
  std::vector<Command> commands;
  for (CLI::App* command : app_->get_subcommands({})) commands.emplace_back(command);
  return commands;
}

std::vector<std::string> Command::long_options() const {
  std::vector<std::string> names;
  for (const CLI::Option* option : app_->get_options({}))
    for (const std::string& name : option->get_lnames()) names.push_back(name);
  return names;
}

Program::Program(std::unique_ptr<CLI::App> app) : Command(app.get()), owned_(std::move(app)) {}

Program::Program(const std::string& name, const std::string& description, const std::string& version)
    : Program(std::make_unique<CLI::App>(description, name)) {
  owned_->set_version_flag("--version", version);
  owned_->set_help_flag("-h,--help", "print this help; after a command, the help of that command");
  owned_->require_subcommand(1);
  owned_->fallthrough();
}

Program::~Program() = default;

int Program::run(std::vector<std::string> arguments, bool throw_wrong_usage) const {
  std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them last to first
  try {
    owned_->parse(arguments);
  } catch (const CLI::CallForHelp&) {
    std::cout << help_of(called(*owned_));
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return owned_->exit(error);
    const std::string message = refusal(*owned_, error);
    if (throw_wrong_usage) throw Error(ErrorKind::usage, message);
    std::cerr << one_message(message) << "\n";
    return exit_code(ErrorKind::usage);
  }
  return 0;
}

}  // namespace folio::cli
