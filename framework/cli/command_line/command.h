#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace folio::cli {

// What commands need of CLI11, whose headers take seconds to compile: command.cpp alone includes them.

/// An option or argument of a command. A handle, to copy; what it stands for lives as long as the Program.
class CommandOption {
 public:
  explicit CommandOption(CLI::Option* option) : option_(option) {}

  CommandOption required() const;
  CommandOption show_default() const;  ///< in the help: what the variable holds now
  CommandOption excludes(CommandOption other) const;
  CommandOption needs(CommandOption other) const;
  CommandOption delimiter(char separator) const;  ///< several values may stand in one word, with this between
  CommandOption one_value()
      const;  ///< of an option that may be repeated: each takes one value, not all words that follow

  // What the value has to be.
  CommandOption positive() const;
  CommandOption not_negative() const;
  CommandOption range(std::int64_t least, std::int64_t most) const;
  CommandOption range(double least, double most) const;
  CommandOption one_of(std::vector<std::string> values) const;
  /// A text may have line ends and other control characters in it, and so may the name of a run, whose folder may be
  /// called anything. Elsewhere they are refused, except in the value of
  /// KEY=VALUE: in a name they would make lines of their own in messages.
  CommandOption free_text() const;

 private:
  CLI::Option* option_;
};

/// A command, to which options, arguments and further commands are added. A handle, to copy; what it stands for lives
/// as long as the Program, and so must the variables that are given to it.
class Command {
 public:
  explicit Command(CLI::App* app) : app_(app) {}

  /// A command within this one.
  Command subcommand(const std::string& name, const std::string& description) const;

  /// An option ("-n,--name"), or an argument where the name has no dashes. The variable keeps its value, the default,
  /// where none is given. One that is a vector takes all words that follow.
  CommandOption option(const std::string& name, std::string& value, const std::string& help) const;
  CommandOption option(const std::string& name, std::optional<std::string>& value, const std::string& help) const;
  CommandOption option(const std::string& name, std::vector<std::string>& value, const std::string& help) const;
  CommandOption option(const std::string& name, std::filesystem::path& value, const std::string& help) const;
  CommandOption option(const std::string& name, std::vector<std::filesystem::path>& value,
                       const std::string& help) const;
  CommandOption option(const std::string& name, std::int64_t& value, const std::string& help) const;
  CommandOption option(const std::string& name, std::optional<std::int64_t>& value, const std::string& help) const;
  CommandOption option(const std::string& name, std::size_t& value, const std::string& help) const;
  CommandOption option(const std::string& name, double& value, const std::string& help) const;
  CommandOption flag(const std::string& name, bool& value, const std::string& help) const;

  void require_options(int count) const;  ///< just so many of them
  void footer(const std::string& text) const;
  void action(std::function<void()> action) const;  ///< runs when all of the command line has been read

  std::string name() const;
  std::string help_text() const;  ///< what --help prints
  bool given() const;             ///< it stands on the command line
  std::vector<Command> subcommands() const;
  std::vector<std::string> long_options() const;  ///< without dashes: "json", "where" ...

 private:
  friend class Program;
  CLI::App* app_;
};

/// The command line of a program of which one command is called. Its own options may stand behind the command too.
class Program : public Command {
 public:
  /// `version` is what --version prints.
  Program(const std::string& name, const std::string& description, const std::string& version);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// Reads the words behind the program's name and runs the action of the command that they name; what the action
  /// throws comes through. A wrong usage is printed and gives its exit code, or is thrown as Error (usage) on request.
  /// Else 0.
  int run(std::vector<std::string> arguments, bool throw_wrong_usage = false) const;

 private:
  explicit Program(std::unique_ptr<CLI::App> app);

  std::unique_ptr<CLI::App> owned_;
};

}  // namespace folio::cli
