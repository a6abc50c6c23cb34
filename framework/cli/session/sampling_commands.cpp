#include "cli/session/sampling_commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <type_traits>
#include <variant>
#include <vector>

#include "support/error.h"
#include "support/human.h"
#include "support/nearest_name.h"

namespace folio::cli {
namespace {

struct Setting {
  const char* name;
  std::variant<std::int64_t SamplingChoice::*, double SamplingChoice::*> member;
  double least, most;
  const char* help;
};

constexpr double kAny = static_cast<double>(std::int64_t{1} << 53);

const std::vector<Setting>& settings() {
  static const std::vector<Setting> all{
      {"max-new-tokens", &SamplingChoice::max_new_tokens, 1, 1 << 20, "how many tokens to generate"},
      {"temperature", &SamplingChoice::temperature, 0, 100, "how much chance to allow; 0: none"},
      {"top-k", &SamplingChoice::top_k, 0, kAny, "choose among so many tokens; 0: among all"},
      {"top-p", &SamplingChoice::top_p, 0, 1, "choose among tokens that together have this probability"},
      {"seed", &SamplingChoice::seed, 0, kAny, "of the random choices"},
  };
  return all;
}

std::string value_of(const SamplingChoice& choice, const Setting& setting) {
  return std::visit([&](auto member) { return fmt::format("{}", choice.*member); }, setting.member);
}

template <typename T>
std::optional<T> parsed(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

void set(SamplingChoice& choice, const Setting& setting, std::string_view text) {
  std::visit(
      [&]<typename T>(T SamplingChoice::* member) {
        const auto value = parsed<T>(text);
        if (!value || !(static_cast<double>(*value) >= setting.least && static_cast<double>(*value) <= setting.most)) {
          throw Error(ErrorKind::usage, fmt::format("/{} {}: expected {} from {} to {}", setting.name, text,
                                                    std::is_same_v<T, double> ? "a number" : "an integer",
                                                    significant(setting.least, 16), significant(setting.most, 16)));
        }
        choice.*member = *value;
      },
      setting.member);
}

/// The commands, a line each.
std::string help_text() {
  std::string text;
  for (const Setting& setting : settings())
    text += fmt::format("  {:<18}  {}\n", fmt::format("/{} N", setting.name), setting.help);
  text += fmt::format("  {:<18}  {}\n", "/help", "these commands and the present values");
  text += fmt::format("  {:<18}  {}\n", "/quit", "so does Ctrl-D; Ctrl-C ends an answer");
  return text + "A prompt that begins with / is typed with two.\n";
}

/// The values, in one line as they would be typed.
std::string to_text(const SamplingChoice& choice) {
  std::string text;
  for (const Setting& setting : settings())
    text += fmt::format("{}/{} {}", text.empty() ? "" : "  ", setting.name, value_of(choice, setting));
  return text;
}

}  // namespace

std::string sampling_command_names() {
  std::string text;
  for (const Setting& setting : settings())
    text += fmt::format("{}/{}", text.empty() ? "" : &setting == &settings().back() ? " and " : ", ", setting.name);
  return text;
}

std::string do_sampling_command(std::string_view line, SamplingChoice& choice) {
  const std::size_t name_end = std::min(line.find(' '), line.size());
  const std::string name(line.substr(1, name_end - 1));
  std::string_view value = line.substr(name_end);
  while (value.starts_with(' ')) value.remove_prefix(1);
  while (value.ends_with(' ')) value.remove_suffix(1);
  if (name == "help") return help_text() + to_text(choice) + "\n";
  std::vector<std::string> names{"help", "quit"};
  for (const Setting& setting : settings()) {
    names.emplace_back(setting.name);
    if (name != setting.name) continue;
    set(choice, setting, value);
    return to_text(choice) + "\n";
  }
  throw Error(ErrorKind::usage,
              fmt::format("there is no command '/{}'{}; /help lists them, and // begins a prompt with /", name,
                          did_you_mean(name, names)));
}

}  // namespace folio::cli
