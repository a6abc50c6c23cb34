#include "runs/compare/single_checks.h"

#include <cmath>
#include <map>

#include "runs/record/facts.h"
#include "support/human.h"

namespace folio::runs {
namespace {

using nlohmann::json;
using enum Effect;

/// "kind id" -> hash of the library.
std::map<std::string, std::string> builds_of(const Run& run) {
  std::map<std::string, std::string> builds;
  for (const PluginBuild& plugin : run.info.plugins) builds[plugin.kind + " " + plugin.id] = plugin.library_hash;
  return builds;
}

/// "97 of 120 steps, 1.83 epochs"
std::string length_text(const Run& run) {
  const auto steps = metric_of(run, "global_step"), epochs = metric_of(run, "epoch");
  if (!steps) return kUnknown;
  const auto planned = facts_from_json(run.facts).planned_steps;
  std::string text = whole_number(*steps);
  if (planned && static_cast<double>(*planned) > *steps) text += " of " + with_commas(*planned);
  text += " steps";
  return epochs ? text + ", " + significant(*epochs, 3) + " epochs" : text;
}

/// The variables that a run's user had set, which change what code runs or how it computes; none of a run that does not
/// say.
std::map<std::string, std::string> variables_of(const Run& run) {
  std::map<std::string, std::string> variables;
  const json recorded = run.environment.value("variables", json::object());
  if (!recorded.is_object()) return variables;
  for (const auto& [name, value] : recorded.items()) variables[name] = value_text(value);
  return variables;
}

}  // namespace

void set_effects(Check& check, const Effects& effects) {
  check.on_token_loss = effects.token_loss;
  check.on_text_loss = effects.text_loss;
  check.on_evaluation = effects.evaluation;
  check.on_speed = effects.speed;
  check.on_memory = effects.memory;
  check.on_train_loss = effects.train_loss;
  check.on_eval_loss = effects.eval_loss;
}

std::string meaning_of(Finding finding, const std::string& when_different) {
  if (finding == Finding::equal) return "";
  return finding == Finding::different ? when_different : "Not known of both; should it differ: " + when_different;
}

Check check_builds(const Run& a, const Run& b) {
  Check check;
  check.name = "plugin builds";
  const auto builds_a = builds_of(a);
  const auto builds_b = builds_of(b);
  std::string others;
  for (const auto& [plugin, hash] : builds_a) {
    const auto found = builds_b.find(plugin);
    if (found != builds_b.end() && found->second != hash) others += (others.empty() ? "" : ", ") + plugin;
  }
  const bool known = !builds_a.empty() && !builds_b.empty();
  check.finding = !known ? Finding::unknown : others.empty() ? Finding::equal : Finding::different;
  check.a = builds_a.empty() ? kUnknown : others.empty() ? "known" : others;
  check.b = builds_b.empty() ? kUnknown : others.empty() ? "known" : others + " (another build)";
  check.meaning = meaning_of(check.finding, "The plugin's code may have changed between the runs.");
  set_effects(check, {clouds, clouds, clouds, clouds, clouds});
  return check;
}

Check check_states(const Run& a, const Run& b) {
  Check check;
  check.name = "state";
  const auto finished = [](const Run& run) { return run.summary.state == RunState::finished; };
  check.finding = finished(a) && finished(b) ? Finding::equal : Finding::different;
  check.a = to_string(a.summary.state);
  check.b = to_string(b.summary.state);
  check.meaning =
      meaning_of(check.finding, "A run that did not come to its end has the figures of the part that it did.");
  set_effects(check, {clouds, clouds, clouds, clouds, clouds});
  return check;
}

std::optional<Check> check_starting_weights(const Run& a, const Run& b) {
  const Facts of_a = facts_from_json(a.facts), of_b = facts_from_json(b.facts);
  if (!of_a.initial_weights_hash && !of_b.initial_weights_hash) return std::nullopt;
  const auto text = [](const Facts& facts) {
    if (!facts.initial_weights_hash) return std::string("random");
    return fmt::format("{}, {}", facts.initial_weights_hash->substr(0, 12), facts.initial_model.value_or(""));
  };
  Check check;
  check.name = "starting weights";
  check.finding = of_a.initial_weights_hash == of_b.initial_weights_hash ? Finding::equal : Finding::different;
  check.a = text(of_a);
  check.b = text(of_b);
  check.meaning = meaning_of(check.finding, "One began with knowledge that the other did not have.");
  return check;
}

Check check_length(const Run& a, const Run& b) {
  Check check;
  check.name = "length";
  check.a = length_text(a);
  check.b = length_text(b);
  const auto cut_short = [](const Run& run) {
    const auto planned = facts_from_json(run.facts).planned_steps;
    const auto steps = metric_of(run, "global_step");
    return run.summary.state != RunState::finished || (planned && steps && *steps < static_cast<double>(*planned));
  };
  const auto differs = [&](const char* metric) {
    const auto in_a = metric_of(a, metric), in_b = metric_of(b, metric);
    return in_a && in_b && *in_a != *in_b;
  };
  const bool known = metric_of(a, "global_step") && metric_of(b, "global_step");
  check.finding = cut_short(a) || cut_short(b) || differs("global_step") || differs("epoch") ? Finding::different
                  : known                                                                    ? Finding::equal
                                                                                             : Finding::unknown;
  check.meaning = meaning_of(check.finding,
                             "train_loss is a mean over the whole run, its first steps too, and train_runtime its "
                             "whole time: of runs of different length, or cut short, they are not compared.");
  check.on_whole_run = breaks;
  return check;
}

Check check_busy(const Run& a, const Run& b) {
  const auto text = [](const Run& run) -> std::string {
    const json busy = run.environment.value("machine_was_busy", json());
    return !busy.is_boolean() ? kUnknown : busy.get<bool>() ? "busy" : "quiet";
  };
  Check check;
  check.name = kBusyCheck;
  check.a = text(a);
  check.b = text(b);
  check.finding = check.a == "busy" || check.b == "busy"       ? Finding::different
                  : check.a == kUnknown || check.b == kUnknown ? Finding::unknown
                                                               : Finding::equal;
  check.meaning = meaning_of(check.finding, "Other programs took a part of the machine, so times are not compared.");
  check.on_speed = breaks;
  return check;
}

std::optional<Check> check_variables(const Run& a, const Run& b) {
  const auto of_a = variables_of(a), of_b = variables_of(b);
  std::string text_a, text_b;
  bool of_loader = false;
  const auto add = [&](const std::string& name) {
    const auto in_a = of_a.find(name), in_b = of_b.find(name);
    if (in_a != of_a.end() && in_b != of_b.end() && in_a->second == in_b->second) return;
    const auto append = [&](std::string& text, bool set, const auto& found) {
      text += (text.empty() ? "" : ", ") + name + (set ? "=" + found->second : " not set");
    };
    append(text_a, in_a != of_a.end(), in_a);
    append(text_b, in_b != of_b.end(), in_b);
    of_loader = of_loader || name.starts_with("LD_");  // LD_PRELOAD may replace any code
  };
  for (const auto& [name, value] : of_a) add(name);
  for (const auto& [name, value] : of_b)
    if (!of_a.contains(name)) add(name);
  if (text_a.empty()) return std::nullopt;
  Check check;
  check.name = "variables";
  check.finding = Finding::different;
  check.a = text_a;
  check.b = text_b;
  check.meaning = of_loader ? "The loader was told to take other libraries, whose code may do anything."
                            : "Libraries were told to compute otherwise, which changes times, and rounding.";
  set_effects(check,
              of_loader ? Effects{clouds, clouds, clouds, clouds, clouds} : Effects{.speed = clouds, .memory = clouds});
  return check;
}

}  // namespace folio::runs
