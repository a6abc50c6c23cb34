#include "cli/session/multirun.h"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <optional>

#include "cli/session/interrupts.h"
#include "cli/session/preflight.h"
#include "cli/session/results_store.h"
#include "cli/session/resumption.h"
#include "cli/session/run_session.h"
#include "cli/session/session.h"
#include "cli/session/sweep.h"
#include "cli/view/print_json.h"
#include "formats/description_json.h"
#include "runs/query/label.h"
#include "runs/record/metrics.h"
#include "support/error.h"
#include "support/human.h"
#include "support/passwords.h"
#include "support/utf8.h"
#include "terminal/page.h"
#include "terminal/table.h"
#include "terminal/terminal.h"

namespace folio::cli {
namespace {

using nlohmann::json;
using runs::RunState;

/// One combination, and what became of it.
struct Combination {
  std::vector<std::string> overrides;  ///< all of it
  std::string label;                   ///< what tells it from the others
  std::optional<RunRequest> request;   ///< none where its experiment is not in order
  std::optional<runs::Run> run;        ///< none where none was begun
  bool finished_before = false;
  std::string error;  ///< empty unless it failed

  std::string state() const {
    if (!error.empty()) return "failed";
    if (!run) return "not started";
    return finished_before ? "finished before" : std::string(runs::to_string(run->summary.state));
  }
};

class Multirun {
 public:
  Multirun(const MultirunOptions& options, const GlobalOptions& global)
      : options_(options),
        global_(global),
        store_(open_store_to_add(global)),
        session_(open_session(global, options.file, options.overrides)) {
    if (!options.name.empty()) runs::check_run_name(options.name, store_.list());
    for (std::vector<std::string>& overrides : combinations(options.overrides)) {
      Combination combination;
      combination.label = fmt::format("{}", fmt::join(varied(overrides, options.overrides), " "));
      if (combination.label.empty()) combination.label = options.file;
      combination.overrides = std::move(overrides);
      guarded(combination, [&] { combination.request = request_of(combination.overrides); });
      combinations_.push_back(std::move(combination));
    }
  }

  int run() {
    const InterruptScope interrupts;
    const HangupScope outlives_its_terminal;
    if (!options_.quiet && !options_.json) announce();
    if (options_.begun) options_.begun(combinations_.size());
    running_ = true;
    for (std::size_t i = 0; i < combinations_.size() && !stopped_; ++i) {
      Combination& combination = combinations_[i];
      if (!combination.request) continue;
      tell(combination, i);
      guarded(combination, [&] { run(combination); });
      stopped_ = stopped_ || interrupt_count() > 0;
    }
    options_.json ? print_json(as_json()) : void(std::cout << fitted_lines(as_text(), table_width(STDOUT_FILENO)));
    if (stopped_) return interrupted_exit_code();
    return failures() > 0 ? 1 : 0;
  }

 private:
  RunRequest request_of(const std::vector<std::string>& overrides) const {
    RunRequest request{.experiment = experiment::load_experiment(options_.file, overrides, session_.declarations),
                       .overrides = overrides,
                       .name = options_.name,
                       .quiet = options_.quiet || options_.json};
    request.plugins = plugins_of(request.experiment.resolved, session_.catalogue);
    return request;
  }

  /// One combination's failure is told, and the others go on. What the store throws concerns all, and passes; so does
  /// Ctrl-C, unless runs have begun.
  template <typename Work>
  void guarded(Combination& combination, const Work& work) {
    try {
      work();
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted && running_) return;
      if (error.kind() == ErrorKind::store || error.kind() == ErrorKind::interrupted) throw;
      fail(combination, error.what());
    }
  }

  void fail(Combination& combination, const std::string& message) {
    combination.error = one_message(without_passwords(message));
    fmt::print(std::cerr, "{}: {}: {}\n", Paint(use_colour(STDERR_FILENO)).red("error"), combination.label,
               combination.error);
  }

  void tell(const Combination& combination, std::size_t index) const {
    if (options_.quiet || options_.json) return;
    fmt::print(std::cerr, "[{} of {}] {}\n", index + 1, combinations_.size(), combination.label);
  }

  /// What is about to be run, and how long all of it will take. A combination that cannot be trained is told now.
  void announce() {
    Table table({{"settings"}, {"parameters", Table::Align::right}, {"steps", Table::Align::right}, {"time"}});
    std::map<std::string, json> answers;  // by what decides them
    double low = 0, high = 0;
    std::size_t runs = 0;
    std::vector<std::string> notes;
    for (Combination& each : combinations_) {
      if (!each.request) continue;
      guarded(each, [&] {
        json& answer = answers[outlook_key(each.request->experiment.resolved)];
        if (answer.is_null()) answer = preflight(each.request->experiment, session_);
        const json& time = answer.at("time");
        table.add_row({each.label, with_commas(answer.at("parameters").at("total").get<std::int64_t>()),
                       with_commas(answer.at("plan").at("max_steps").get<std::int64_t>()),
                       duration_text(time.at("training_seconds"))});
        for (const char* part : {"training_seconds", "evaluation_seconds"}) {
          low += time.at(part).at(0).get<double>();
          high += time.at(part).at(1).get<double>();
        }
        for (const std::string& note : each.request->experiment.notes)
          if (std::find(notes.begin(), notes.end(), note) == notes.end()) notes.push_back(note);
        ++runs;
      });
      if (!each.error.empty()) each.request.reset();
    }
    fmt::print(std::cerr, "{}{} {}, {} in total, including evaluation\n", table.fitted(table_width(STDERR_FILENO)),
               runs, runs == 1 ? "run" : "runs", duration_text({low, high}));
    for (const std::string& note : notes) fmt::print(std::cerr, "note: {}\n", note);
  }

  /// An experiment's settings without those that change neither its size nor its time.
  static std::string outlook_key(json resolved) {
    for (const char* key : {"seed", "data_seed", "learning_rate", "lr_scheduler_type", "weight_decay", "adam_beta1",
                            "adam_beta2", "adam_epsilon", "max_grad_norm"})
      resolved["training"].erase(key);
    resolved.erase("name");
    return resolved.dump();
  }

  void run(Combination& combination) {
    if (!options_.force) combination.run = known_run(*combination.request, /*finished=*/true);
    if (combination.run) {
      combination.finished_before = true;
      return;
    }
    combination.run = trained(*combination.request);
    const runs::RunSummary& summary = combination.run->summary;
    stopped_ = summary.state == RunState::interrupted;
    if (stopped_ || summary.state == RunState::finished) return;
    fail(combination, fmt::format("run {} failed: {} (its log: {})", summary.id,
                                  summary.error ? summary.error->message : "its worker process ended without a result",
                                  combination.run->folder.log().string()));
  }

  /// From where the same run was cut off before, if it was, and under the same conditions; else from the beginning.
  runs::Run trained(RunRequest& request) {
    if (const auto begun = options_.force ? std::nullopt : known_run(request, /*finished=*/false))
      request.resumption = to_go_on(*begun, {"last", options_.accept_differences});
    try {
      return run_to_end(request, global_, store_);
    } catch (const NotResumed& error) {
      if (error.kind() == ErrorKind::interrupted) throw;
      fmt::print(std::cerr, "warning: {}\nIt is run anew.\n", one_message(error.what()));
    }
    request.resumption.reset();
    return run_to_end(request, global_, store_);
  }

  /// A server that is away for a while is no reason to stop: then it is run, at worst again.
  std::optional<runs::Run> known_run(const RunRequest& request, bool finished) {
    try {
      return equal_run(request, finished, store_);
    } catch (const Error& error) {
      fmt::print(std::cerr, "warning: {}\nIt is not known whether this combination was run before.\n", error.what());
      return std::nullopt;
    }
  }

  std::size_t failures() const {
    return static_cast<std::size_t>(std::count_if(combinations_.begin(), combinations_.end(),
                                                  [](const Combination& each) { return !each.error.empty(); }));
  }

  std::string as_text() const {
    using Align = Table::Align;
    Table table({{"settings"},
                 {"state"},
                 {"run"},
                 {"train_loss", Align::right},
                 {"eval_loss", Align::right},
                 {"bits per byte", Align::right},
                 {"runtime", Align::right}});
    bool finished_before = false;
    std::string errors;
    for (const Combination& each : combinations_) {
      table.add_row({each.label, each.state(), each.run ? each.run->summary.id : "", metric(each, {"train_loss"}),
                     metric(each, {"eval_loss"}), metric(each, {"eval_bits_per_byte", "train_bits_per_byte"}),
                     metric(each, {"train_runtime"})});
      finished_before = finished_before || each.finished_before;
      if (!each.error.empty()) errors += fmt::format("\n{}: {}\n", each.label, each.error);
    }
    std::string text = "\n" + table.fitted(table_width(STDOUT_FILENO));
    if (finished_before) {
      text +=
          "\nfinished before: there is a run of the same experiment with the same plugins; --force runs it again. "
          "Changes in the data are not checked.\n";
    }
    if (!errors.empty()) text += fmt::format("\n{} of {} failed:\n", failures(), combinations_.size()) + errors;
    return text + "\nTo see whether two runs can be compared: runner diff RUN RUN\n";
  }

  /// The first of these metrics that the run has, as it is shown.
  static std::string metric(const Combination& combination, std::initializer_list<const char*> names) {
    if (!combination.run) return "";
    const auto& metrics = combination.run->summary.metrics;
    for (const char* name : names) {
      const auto found = metrics.find(name);
      if (found == metrics.end()) continue;
      return name == std::string_view("train_runtime") ? clock_time(found->second)
                                                       : fmt::format("{:.4f}", found->second);
    }
    return "";
  }

  json as_json() const {
    json runs = json::array();
    for (const Combination& each : combinations_) {
      json run{{"overrides", each.overrides},
               {"state", each.finished_before ? "finished" : each.state()},
               {"finished_before", each.finished_before},
               {"metrics", json::object()}};
      if (each.run) {
        run["id"] = each.run->summary.id;
        run["name"] = each.run->summary.name;
        run["folder"] = each.run->folder.path().string();
        for (const auto& [name, value] : each.run->summary.metrics) run["metrics"][name] = number_to_json(value);
      }
      if (!each.error.empty()) run["error"] = each.error;
      runs.push_back(std::move(run));
    }
    return {{"runs", runs}, {"failed", failures()}};
  }

  const MultirunOptions& options_;
  const GlobalOptions& global_;
  runs::Store store_;
  Session session_;
  std::vector<Combination> combinations_;
  bool running_ = false;
  bool stopped_ = false;
};

}  // namespace

int multirun(const MultirunOptions& options, const GlobalOptions& global) { return Multirun(options, global).run(); }

}  // namespace folio::cli
