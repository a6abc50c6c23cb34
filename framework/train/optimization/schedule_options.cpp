#include "train/optimization/schedule_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "folio/error.h"

namespace folio::train {
namespace {

using std::string;

const string kPrefix = "lr_scheduler_kwargs.";

struct NamedSchedule {
  ScheduleType type;
  const char* name;
  std::vector<string> keywords;  ///< that it uses
};

/// The keywords are those of the functions of transformers/optimization.py, and of torch's ReduceLROnPlateau.
const std::array<NamedSchedule, 11>& named_schedules() {
  static const std::array<NamedSchedule, 11> schedules{{
      {ScheduleType::linear, "linear", {}},
      {ScheduleType::cosine, "cosine", {"num_cycles"}},
      {ScheduleType::cosine_with_restarts, "cosine_with_restarts", {"num_cycles"}},
      {ScheduleType::polynomial, "polynomial", {"lr_end", "power"}},
      {ScheduleType::constant, "constant", {}},
      {ScheduleType::constant_with_warmup, "constant_with_warmup", {}},
      {ScheduleType::inverse_sqrt, "inverse_sqrt", {"timescale"}},
      {ScheduleType::reduce_lr_on_plateau,
       "reduce_lr_on_plateau",
       {"factor", "patience", "threshold", "threshold_mode", "cooldown", "min_lr", "eps"}},
      {ScheduleType::cosine_with_min_lr, "cosine_with_min_lr", {"num_cycles", "min_lr", "min_lr_rate"}},
      {ScheduleType::cosine_warmup_with_min_lr,
       "cosine_warmup_with_min_lr",
       {"num_cycles", "min_lr", "min_lr_rate", "warmup_lr_rate"}},
      {ScheduleType::warmup_stable_decay,
       "warmup_stable_decay",
       {"num_decay_steps", "num_stable_steps", "min_lr_ratio", "num_cycles", "warmup_type", "decay_type"}},
  }};
  return schedules;
}

std::vector<string> schedule_names() {
  std::vector<string> names;
  for (const NamedSchedule& schedule : named_schedules()) names.emplace_back(schedule.name);
  return names;
}

[[noreturn]] void fail(const string& message) { throw Error(ErrorKind::experiment, message); }

string full_name(const string& keyword) { return "training." + kPrefix + keyword; }

void check_used(const OptionValues& values, const NamedSchedule& schedule) {
  for (const auto& [name, value] : values.all()) {
    if (!name.starts_with(kPrefix) || !values.has(name)) continue;
    const string keyword = name.substr(kPrefix.size());
    if (std::find(schedule.keywords.begin(), schedule.keywords.end(), keyword) != schedule.keywords.end()) continue;
    std::vector<string> users;
    for (const NamedSchedule& other : named_schedules())
      if (std::find(other.keywords.begin(), other.keywords.end(), keyword) != other.keywords.end())
        users.emplace_back(other.name);
    fail(fmt::format(
        "{} is given, but the schedule '{}' does not use it{}: leave it out, or set training.lr_scheduler_type to '{}'",
        full_name(keyword), schedule.name,
        schedule.keywords.empty() ? string(", or any other keyword")
                                  : fmt::format(" (it uses {})", fmt::join(schedule.keywords, ", ")),
        fmt::join(users, "' or '")));
  }
}

/// The lowest learning rate as a share of the highest, given as one or the other.
double min_lr_rate(const OptionValues& values, const char* schedule, double learning_rate) {
  const bool rate = values.has(kPrefix + "min_lr"), share = values.has(kPrefix + "min_lr_rate");
  if (rate == share) {
    fail(fmt::format("the schedule '{}' needs {} {} or {}{}", schedule, rate ? "only one of" : "one of",
                     full_name("min_lr"), full_name("min_lr_rate"), rate ? ", but both are given" : ""));
  }
  if (share) return values.number(kPrefix + "min_lr_rate");
  if (learning_rate == 0) fail("training.learning_rate is 0, so " + full_name("min_lr") + " cannot be a share of it");
  return values.number(kPrefix + "min_lr") / learning_rate;
}

}  // namespace

std::vector<Option> schedule_option_list() {
  const auto keyword = [](const char* name) { return kPrefix + name; };
  const std::vector<string> shapes{"linear", "cosine", "1-sqrt"};
  return {
      text("lr_scheduler_type", "linear")
          .choices(schedule_names())
          .help("how the learning rate changes after its highest value"),
      number(keyword("num_cycles"))
          .at_least(0)
          .absent_means("half a wave, or one cycle for cosine_with_restarts")
          .help("waves of the cosine schedules; for cosine_with_restarts, how often the rate falls to 0"),
      number(keyword("lr_end"))
          .at_least(0)
          .absent_means("1e-7")
          .help("the learning rate at the end of polynomial, below learning_rate"),
      number(keyword("power")).at_least(0).absent_means("1").help("the power of polynomial; 1 is a straight line"),
      integer(keyword("timescale"))
          .at_least(1)
          .unit("steps")
          .absent_means("the number of warm-up steps, or 10,000")
          .help("the time scale of inverse_sqrt: a larger value falls more slowly"),
      number(keyword("min_lr"))
          .at_least(0)
          .absent_means("0, or from min_lr_rate")
          .help("lowest learning rate of cosine_with_min_lr, cosine_warmup_with_min_lr and reduce_lr_on_plateau"),
      number(keyword("min_lr_rate"))
          .between(0, 1)
          .absent_means("from min_lr")
          .help("min_lr as a share of learning_rate, for the two cosine schedules"),
      number(keyword("warmup_lr_rate"))
          .between(0, 1)
          .absent_means("1 / warm-up steps")
          .help("the learning rate at the start of cosine_warmup_with_min_lr's warm-up, as a share of learning_rate"),
      integer(keyword("num_decay_steps"))
          .at_least(0)
          .unit("steps")
          .absent_means("an error with warmup_stable_decay")
          .help("steps in which warmup_stable_decay falls at the end"),
      integer(keyword("num_stable_steps"))
          .at_least(0)
          .unit("steps")
          .absent_means("the steps left by warm-up and decay")
          .help("steps in which warmup_stable_decay stays at learning_rate"),
      number(keyword("min_lr_ratio"))
          .between(0, 1)
          .absent_means("0")
          .help("the learning rate at the start and end of warmup_stable_decay, as a share of learning_rate"),
      text(keyword("warmup_type")).choices(shapes).absent_means("linear").help("how warmup_stable_decay rises"),
      text(keyword("decay_type")).choices(shapes).absent_means("cosine").help("how warmup_stable_decay falls"),
      number(keyword("factor"))
          .between(0, 0.999999)
          .absent_means("0.1")
          .help("the factor by which reduce_lr_on_plateau multiplies the learning rate"),
      integer(keyword("patience"))
          .at_least(0)
          .unit("evaluations")
          .absent_means("10")
          .help("evaluations without an improvement that reduce_lr_on_plateau tolerates"),
      number(keyword("threshold"))
          .at_least(0)
          .absent_means("1e-4")
          .help("how large an improvement must be to count for reduce_lr_on_plateau"),
      text(keyword("threshold_mode"))
          .choices({"rel", "abs"})
          .absent_means("rel")
          .help("whether threshold is relative to the best value or absolute"),
      integer(keyword("cooldown"))
          .at_least(0)
          .unit("evaluations")
          .absent_means("0")
          .help("evaluations after a reduction that reduce_lr_on_plateau ignores"),
      number(keyword("eps"))
          .at_least(0)
          .absent_means("1e-8")
          .help("reduce_lr_on_plateau skips a reduction that is no larger than this"),
  };
}

ScheduleOptions schedule_options(const OptionValues& values, double learning_rate) {
  const string& name = values.text("lr_scheduler_type");
  const NamedSchedule& schedule = *std::find_if(named_schedules().begin(), named_schedules().end(),
                                                [&](const NamedSchedule& known) { return known.name == name; });
  check_used(values, schedule);
  const auto has = [&](const char* keyword) { return values.has(kPrefix + keyword); };
  const auto number_or = [&](const char* keyword, double otherwise) {
    return has(keyword) ? values.number(kPrefix + keyword) : otherwise;
  };
  const auto count_or = [&](const char* keyword, std::int64_t otherwise) {
    return static_cast<double>(has(keyword) ? values.integer(kPrefix + keyword) : otherwise);
  };
  const auto text_or = [&](const char* keyword, const char* otherwise) {
    return has(keyword) ? values.text(kPrefix + keyword) : otherwise;
  };
  ScheduleOptions options;
  options.type = schedule.type;
  options.num_cycles = number_or("num_cycles", schedule.type == ScheduleType::cosine_with_restarts ? 1 : 0.5);
  options.lr_end = number_or("lr_end", 1e-7);
  options.power = number_or("power", 1);
  if (has("timescale")) options.timescale = count_or("timescale", 0);
  if (has("warmup_lr_rate")) options.warmup_lr_rate = number_or("warmup_lr_rate", 0);
  options.num_decay_steps = count_or("num_decay_steps", 0);
  if (has("num_stable_steps")) options.num_stable_steps = count_or("num_stable_steps", 0);
  options.warmup_type = text_or("warmup_type", "linear");
  options.decay_type = text_or("decay_type", "cosine");
  options.min_lr = number_or("min_lr", 0);
  options.factor = number_or("factor", 0.1);
  options.threshold = number_or("threshold", 1e-4);
  options.eps = number_or("eps", 1e-8);
  options.threshold_is_relative = text_or("threshold_mode", "rel") == string("rel");
  options.patience = count_or("patience", 10);
  options.cooldown = count_or("cooldown", 0);
  switch (schedule.type) {
    case ScheduleType::polynomial:
      if (options.lr_end >= learning_rate) {
        fail(fmt::format("{} is {}, expected less than training.learning_rate, which is {}", full_name("lr_end"),
                         options.lr_end, learning_rate));
      }
      break;
    case ScheduleType::cosine_with_min_lr:
    case ScheduleType::cosine_warmup_with_min_lr:
      options.min_lr_rate = min_lr_rate(values, schedule.name, learning_rate);
      break;
    case ScheduleType::warmup_stable_decay:
      if (!has("num_decay_steps")) fail("the schedule 'warmup_stable_decay' needs " + full_name("num_decay_steps"));
      options.min_lr_rate = number_or("min_lr_ratio", 0);
      break;
    default:
      break;
  }
  return options;
}

}  // namespace folio::train
