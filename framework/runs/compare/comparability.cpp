#include "runs/compare/comparability.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "runs/compare/objective_words.h"
#include "runs/compare/single_checks.h"
#include "runs/record/facts.h"
#include "runs/record/json_values.h"
#include "support/human.h"

namespace folio::runs {
namespace {

using nlohmann::json;
using enum Effect;

/// Where a fact of a run stands.
enum class Source { facts, environment, settings };

struct Key {
  Source source;
  std::string name;   ///< as a JSON pointer
  const char* label;  ///< beside the value, where several make one fact; else empty
  /// Counts only where both runs have it: it adds to the fact, and its absence says nothing.
  bool optional = false;
};

/// A check that looks values up.
struct Lookup {
  const char* name;
  std::vector<Key> keys;  ///< all of them make the fact
  Effects effects;
  const char* when_different;
  const char* objective = nullptr;  ///< bears on runs of this objective alone; null: on all
};

template <typename T>
Key fact(std::optional<T> Facts::* member, bool optional = false) {
  return {Source::facts, std::string("/") + fact_name(member), "", optional};
}

constexpr const char* kObjective = "/objective";

// A table, since the question is always the same: do the two runs share this fact, and which metrics suffer if not?
// Each row says where a fact stands and what a difference does to each aspect of the metrics; builds and states, which
// are no plain look-up, are checked by functions of their own that answer alike. How a metric stands is then the worst
// that any check does to it (standing_of), and the verdict over two runs follows from all checks (verdict_of). A fact
// that a run lacks is unknown, and clouds what a difference in it would break: for want of knowledge nothing is called
// comparable, and nothing incomparable.

const std::vector<Lookup>& lookups() {
  static const std::vector<Lookup> kLookups{
      {"data",
       {fact(&Facts::data_hash)},
       {.token_loss = breaks, .text_loss = breaks},
       "They read different texts. One text is harder than another, so their losses cannot be compared."},
      {"stand-in text",
       {fact(&Facts::stand_in)},
       {.token_loss = breaks, .text_loss = breaks},
       "One of them trained on a generated text in place of the book."},
      {"objective",
       {fact(&Facts::objective)},
       {.token_loss = breaks, .text_loss = breaks},
       "One task is harder than another, so their losses have no common scale."},
      {"masking",
       {{Source::settings, "/dataset/objective/mlm_probability", "mlm_probability"},
        {Source::settings, "/dataset/objective/whole_word_mask", "whole_word_mask"}},
       {.token_loss = breaks, .text_loss = breaks},
       "The more is hidden, the harder it is to say.",
       "masked"},
      {"spans taken out",
       {{Source::settings, "/dataset/objective/noise_density", "noise_density"},
        {Source::settings, "/dataset/objective/mean_noise_span_length", "mean_noise_span_length"}},
       {.token_loss = breaks, .text_loss = breaks},
       "The more is taken out, the harder it is to say.",
       "span_corruption"},
      {"loss definition",
       {fact(&Facts::loss_definition)},
       {.train_loss = breaks},
       "The loss of training is calculated in different ways, as where one of them counts labels that nothing "
       "predicts. Bits per byte and the evaluation's losses are not."},
      {"evaluation's loss definition",
       {fact(&Facts::eval_loss_definition)},
       {.eval_loss = breaks},
       "The loss of the evaluation is calculated in different ways: Hugging Face's Trainer scales it for some models, "
       "Folio does not."},
      {"vocabulary size",
       {fact(&Facts::vocab_size)},
       {.token_loss = breaks},
       "A loss per token depends on how many tokens there are to choose from. How far it is below the uniform guess "
       "over its own vocabulary is a measure that does not."},
      {"tokens",
       // Of the runs that Folio comes with it is only known where their tokenizers came from.
       {fact(&Facts::tokenizer_hash), fact(&Facts::tokenizer, /*optional=*/true)},
       {.token_loss = breaks},
       "The text is cut into different tokens, so a loss per token counts different things."},
      {"split",
       {{Source::settings, "/dataset/split", ""}},
       {.token_loss = clouds, .text_loss = clouds},
       "Samples of another length give the model another context to guess from."},
      {"evaluation set",
       {fact(&Facts::eval_hash)},
       {.evaluation = breaks},
       "The evaluation metrics are measured on different texts."},
      {"precision",
       {{Source::environment, "/precision", ""}},
       {.speed = clouds, .memory = clouds},
       "Times and memory differ by it; losses only by rounding."},
      {"hardware",
       {{Source::environment, "/device", ""},
        {Source::environment, "/processor", ""},
        {Source::environment, "/processors", "processors"},
        {Source::environment, "/threads", "threads"}},
       {.speed = breaks},
       "Times measure the machine as much as the experiment."},
      {kSeedCheck, {{Source::settings, "/training/seed", ""}}, {}, "A small difference between them may be chance."},
  };
  return kLookups;
}

const json& section(const Run& run, Source source) {
  switch (source) {
    case Source::facts:
      return run.facts;
    case Source::environment:
      return run.environment;
    case Source::settings:
      return run.settings;
  }
  __builtin_unreachable();
}

/// Null where the run does not say.
json value_of(const Run& run, const Key& key) { return value_at(section(run, key.source), key.name); }

/// Different if any part is known to differ, else unknown if any part is not known.
Finding compare_values(const Run& a, const Run& b, const std::vector<Key>& keys) {
  Finding finding = Finding::equal;
  for (const Key& key : keys) {
    const json in_a = value_of(a, key);
    const json in_b = value_of(b, key);
    if (in_a.is_null() || in_b.is_null()) {
      if (!key.optional) finding = Finding::unknown;
    } else if (in_a != in_b) {
      return Finding::different;
    }
  }
  return finding;
}

/// "by characters, size 512" of an object; a number or a hash in short.
std::string short_text(const json& value) {
  if (value.is_object()) {
    std::string text;
    for (const auto& [name, inner] : value.items()) text += (text.empty() ? "" : ", ") + name + " " + short_text(inner);
    return text;
  }
  if (const auto number = integer_in(value); number && value.is_number_integer()) return with_commas(*number);
  if (!value.is_string()) return value_text(value);
  const auto text = value.get<std::string>();
  const bool is_hash = text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
  return is_hash ? text.substr(0, 12) : text;
}

/// The fact of `run`, beside that of `other`.
std::string text_of(const Run& run, const Run& other, const std::vector<Key>& keys) {
  std::string text;
  for (const Key& key : keys) {
    const json value = value_of(run, key);
    if (value.is_null() || (key.optional && value_of(other, key).is_null())) continue;
    if (!text.empty()) text += ", ";
    text += short_text(value);
    if (*key.label) text += std::string(" ") + key.label;
  }
  return text.empty() ? kUnknown : text;
}

Check look_up(const Lookup& lookup, const Run& a, const Run& b) {
  Check check;
  check.name = lookup.name;
  check.finding = compare_values(a, b, lookup.keys);
  check.a = text_of(a, b, lookup.keys);
  check.b = text_of(b, a, lookup.keys);
  check.meaning = meaning_of(check.finding, lookup.when_different);
  set_effects(check, lookup.effects);
  return check;
}

/// The objectives, with the task that each run has.
Check look_up_objective(const Lookup& lookup, const Run& a, const Run& b) {
  Check check = look_up(lookup, a, b);
  if (check.finding == Finding::different) {
    check.meaning = fmt::format("A learns to say {}, B {}. {}", objective_words(a).task, objective_words(b).task,
                                lookup.when_different);
  }
  return check;
}

bool was_evaluated(const Run& run) { return run.summary.metrics.contains("eval_loss"); }

bool has_objective(const Run& run, const char* objective) { return facts_from_json(run.facts).objective == objective; }

bool applies(const Lookup& lookup, const Run& a, const Run& b) {
  const bool of_evaluation = lookup.effects.evaluation != none || lookup.effects.eval_loss != none;
  if (of_evaluation && !was_evaluated(a) && !was_evaluated(b)) return false;
  // Of different tasks the losses are different anyway.
  const bool of_definition = lookup.effects.train_loss != none || lookup.effects.eval_loss != none;
  const auto task_a = facts_from_json(a.facts).objective, task_b = facts_from_json(b.facts).objective;
  if (of_definition && task_a && task_b && task_a != task_b) return false;
  return !lookup.objective || (has_objective(a, lookup.objective) && has_objective(b, lookup.objective));
}

}  // namespace

Effect Check::effect_on(const Metric& metric) const {
  if (finding == Finding::equal) return none;
  Effect effect = metric.phase == Phase::evaluation ? on_evaluation : none;
  const bool of_text = metric.aspect == Aspect::token_loss || metric.aspect == Aspect::text_loss;
  if (metric.phase == Phase::run && (of_text || metric.shape == Shape::seconds)) effect = on_whole_run;
  switch (metric.aspect) {
    case Aspect::token_loss:
      effect = std::max({effect, on_token_loss, metric.phase == Phase::evaluation ? on_eval_loss : on_train_loss});
      break;
    case Aspect::text_loss:
      effect = std::max(effect, on_text_loss);
      break;
    case Aspect::speed:
      effect = std::max(effect, on_speed);
      break;
    case Aspect::memory:
      effect = std::max(effect, on_memory);
      break;
    case Aspect::other:
      return none;
  }
  return finding == Finding::unknown ? std::min(effect, clouds) : effect;
}

std::vector<Check> check_comparability(const Run& a, const Run& b) {
  std::vector<Check> checks;
  for (const Lookup& lookup : lookups())
    if (applies(lookup, a, b))
      checks.push_back(lookup.keys[0].name == kObjective ? look_up_objective(lookup, a, b) : look_up(lookup, a, b));
  if (auto check = check_starting_weights(a, b)) checks.push_back(std::move(*check));
  checks.push_back(check_length(a, b));
  checks.push_back(check_busy(a, b));
  checks.push_back(check_builds(a, b));
  if (auto check = check_variables(a, b)) checks.push_back(std::move(*check));
  checks.push_back(check_states(a, b));
  return checks;
}

std::string_view to_string(Finding finding) {
  switch (finding) {
    case Finding::equal:
      return "equal";
    case Finding::different:
      return "different";
    case Finding::unknown:
      return "unknown";
  }
  __builtin_unreachable();
}

}  // namespace folio::runs
