#include "cli/command_line/command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "support/error.h"

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

}  // namespace

CommandOption CommandOption::required() const { return CommandOption(option_->required()); }

CommandOption CommandOption::show_default() const { return CommandOption(option_->capture_default_str()); }

CommandOption CommandOption::excludes(CommandOption other) const {
  return CommandOption(option_->excludes(other.option_));
}

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
  return CommandOption(option_->check(CLI::IsMember(std::move(values))));
}

Command Command::subcommand(const std::string& name, const std::string& description) const {
  return Command(app_->add_subcommand(name, description));
}

CommandOption Command::option(const std::string& name, std::string& value, const std::string& help) const {
  return CommandOption(app_->add_option(name, value, help));
}

CommandOption Command::option(const std::string& name, std::optional<std::string>& value,
                              const std::string& help) const {
  return CommandOption(app_->add_option(name, value, help));
}

CommandOption Command::option(const std::string& name, std::vector<std::string>& value, const std::string& help) const {
  return CommandOption(app_->add_option(name, value, help));
}

CommandOption Command::option(const std::string& name, std::filesystem::path& value, const std::string& help) const {
  return CommandOption(app_->add_option(name, value, help));
}

CommandOption Command::option(const std::string& name, std::vector<std::filesystem::path>& value,
                              const std::string& help) const {
  return CommandOption(app_->add_option(name, value, help));
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

std::string Command::help_text() const {
  std::string name = app_->get_name();
  for (const CLI::App* outer = app_->get_parent(); outer != nullptr; outer = outer->get_parent())
    name = outer->get_name() + " " + name;
  return app_->get_formatter()->make_help(app_, name, CLI::AppFormatMode::Normal);
}

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
  } catch (const CLI::ParseError& error) {
    if (throw_wrong_usage && error.get_exit_code() != 0) throw Error(ErrorKind::usage, error.what());
    return owned_->exit(error) == 0 ? 0 : exit_code(ErrorKind::usage);
  }
  return 0;
}

}  // namespace folio::cli
