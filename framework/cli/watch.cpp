#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <set>
#include <thread>

#include "cli/commands.h"
#include "cli/curves/followed_run.h"
#include "cli/curves/plot_options.h"
#include "cli/curves/watch_frame.h"
#include "cli/session/interrupts.h"
#include "cli/session/results_store.h"
#include "cli/session/run_choice.h"
#include "cli/view/print_json.h"
#include "formats/description_json.h"
#include "runs/compare/run_fields.h"
#include "runs/plot/make_plot.h"
#include "runs/plot/plot_json.h"
#include "runs/query/store_source.h"
#include "support/error.h"
#include "terminal/live_screen.h"
#include "terminal/terminal.h"

namespace folio::cli {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kBetweenFrames{250};
constexpr int kShare = 20;  // looking and drawing take no more than this part of a processor

struct WatchOptions {
  PlotOptions plot;
  bool json = false;
};

/// The points of followed runs as the source of plots. They are the store's where the events cannot be read from here,
/// and where the axis needs what only the store has: the times of the steps, or the tokens of the text.
class FollowedSource : public runs::StoreSource {
 public:
  FollowedSource(runs::Store& store, const std::vector<FollowedRun>& runs, runs::XAxis x)
      : StoreSource(store), runs_(runs), needs_store_(x == runs::XAxis::time || x == runs::XAxis::tokens) {}

  std::vector<runs::Point> points(const std::string& run, const std::string& metric) override {
    const FollowedRun* const followed = needs_store_ ? nullptr : find(run);
    return followed != nullptr ? followed->points(metric) : StoreSource::points(run, metric);
  }

 private:
  const FollowedRun* find(const std::string& run) const {
    const auto is_it = [&](const FollowedRun& followed) {
      return followed.has_events() && followed.progress().summary.id == run;
    };
    const auto found = std::find_if(runs_.begin(), runs_.end(), is_it);
    return found == runs_.end() ? nullptr : &*found;
  }

  const std::vector<FollowedRun>& runs_;
  bool needs_store_;
};

class Watch {
 public:
  Watch(const WatchOptions& options, const GlobalOptions& global)
      : options_(options),
        request_(plot_request(options.plot)),
        store_(open_store(global)),
        all_(store_.list()),
        settings_(store_.settings()),
        fields_(all_, settings_),
        source_(store_, runs_, request_.x) {
    const std::set<std::string> kept{request_.metric, "epoch"};  // which places the points on some axes
    for (const runs::RunSummary& run : chosen()) runs_.emplace_back(run, store_.load(run.id).folder, kept);
  }

  /// Gives the exit code.
  int run() {
    const InterruptScope interrupts(/*reads=*/true);
    look();
    if (!is_at_work()) return show_once();
    const bool on_screen = !options_.json && is_terminal(STDOUT_FILENO);
    const bool ended = on_screen ? follow_on_screen() : follow_in_lines();
    if (ended) return 0;
    if (!options_.json) std::cerr << "Stopped watching; the runs go on.\n";
    return interrupted_exit_code();
  }

 private:
  /// Those that are named; else those at work.
  std::vector<runs::RunSummary> chosen() {
    runs::RunChoice choice = options_.plot.choice;
    const bool all = choice.names.empty() && choice.where.empty();
    std::vector<runs::RunSummary> runs = runs::each_once(runs::choose_runs(all_, fields_, choice, store_.unread()));
    if (all) std::erase_if(runs, [](const runs::RunSummary& run) { return !runs::is_active(run.state); });
    if (!runs.empty()) return runs;
    throw Error(ErrorKind::usage, all ? "no run is at work; `runner FILE` starts one, and `runner watch RUN` draws one "
                                        "that has ended"
                                      : "there is no such run; `runner ls` lists those that there are");
  }

  bool is_at_work() const {
    return std::any_of(runs_.begin(), runs_.end(),
                       [](const FollowedRun& run) { return runs::is_active(run.progress().summary.state); });
  }

  /// Whether there was anything new.
  bool look() {
    changed_.clear();
    for (FollowedRun& run : runs_) {
      const int resumed = run.resumed();
      if (run.look(store_)) changed_.insert(run.progress().summary.id);
      if (run.resumed() != resumed) cursor_.erase(run.progress().summary.id);
    }
    require_metric();
    return !changed_.empty();
  }

  std::vector<RunProgress> progress() const {
    std::vector<RunProgress> all;
    for (const FollowedRun& run : runs_) all.push_back(run.progress());
    return all;
  }

  bool has_curve(const runs::RunSummary& run) { return !source_.points(run.id, request_.metric).empty(); }

  /// The curves as far as there are some, of what came after the cursor.
  runs::Plot plot(const runs::PlotCursor& after) {
    std::vector<runs::RunSummary> drawn;
    for (const FollowedRun& run : runs_)
      if (has_curve(run.progress().summary)) drawn.push_back(run.progress().summary);
    runs::PlotRequest request = request_;
    request.after = after;
    if (!drawn.empty()) return runs::make_plot_or_notes(drawn, settings_, fields_, request, source_);
    runs::Plot empty = runs::plot_without_curves(request);
    empty.notes = {fmt::format("no {} was logged so far", request.metric)};
    return empty;
  }

  /// Throws Error (usage), which names what there is, where the metric is none that can still come.
  void require_metric() {
    if (metric_is_there_) return;
    std::vector<runs::RunSummary> summaries;
    bool may_come = false;
    for (const FollowedRun& run : runs_) {
      const runs::RunSummary& summary = run.progress().summary;
      metric_is_there_ = has_curve(summary);
      if (metric_is_there_) return;
      summaries.push_back(summary);
      const bool known = runs::find_metric(request_.metric) != nullptr || source_.curves(summary.id).empty();
      may_come = may_come || (runs::is_active(summary.state) && known);
    }
    if (!may_come) runs::make_plot(summaries, settings_, fields_, request_, source_);
  }

  int show_once() {
    if (options_.json) {
      print_update();
    } else {
      const int columns = std::min(terminal_width(STDOUT_FILENO), 120);
      std::cout << watch_frame(plot({}), progress(), "", columns, terminal_height(STDOUT_FILENO),
                               Palette::for_output(STDOUT_FILENO));
      std::cerr << (runs_.size() == 1 ? "This run is" : "None of these runs is")
                << (runs_.size() == 1 ? " not at work: it is drawn as it ended.\n"
                                      : " at work: they are drawn as they ended.\n");
    }
    return 0;
  }

  /// Until all have ended, which it gives, or somebody stops it.
  bool follow_on_screen() {
    const Palette palette = Palette::for_output(STDOUT_FILENO);
    {
      LiveScreen screen(STDOUT_FILENO);
      bool due = true;
      while (is_at_work() && interrupt_count() == 0) {
        const auto began = Clock::now();
        if (due)
          screen.draw(watch_frame(plot({}), progress(), "q or Ctrl-C stops watching; the runs go on", screen.columns(),
                                  screen.rows(), palette));
        const bool redraw = wait_for_frame(screen, pause_after(began));
        if (quit_) break;
        due = look() || redraw;
      }
    }
    std::cout << watch_frame(plot({}), progress(), "", std::min(terminal_width(STDOUT_FILENO), 120),
                             terminal_height(STDOUT_FILENO) - 1, palette);
    return !is_at_work();
  }

  /// Whether the screen has to be drawn anew, whatever came.
  bool wait_for_frame(LiveScreen& screen, milliseconds time) {
    const auto until = Clock::now() + time;
    bool resized = false;
    for (auto left = time; left > milliseconds(0) && !quit_ && !resized && interrupt_count() == 0;
         left = std::chrono::duration_cast<milliseconds>(until - Clock::now())) {
      quit_ = screen.wait(left) == 'q';
      resized = screen.take_resized();
    }
    return resized;
  }

  static milliseconds pause_after(Clock::time_point began) {
    return std::max(kBetweenFrames, std::chrono::duration_cast<milliseconds>((Clock::now() - began) * kShare));
  }

  /// Likewise.
  bool follow_in_lines() {
    for (const RunProgress& run : progress()) changed_.insert(run.summary.id);
    while (true) {
      const auto began = Clock::now();
      if (!changed_.empty()) options_.json ? print_update() : print_changes();
      if (!is_at_work()) return true;
      for (auto left = pause_after(began); left > milliseconds(0) && interrupt_count() == 0; left -= kBetweenFrames)
        std::this_thread::sleep_for(std::min(left, kBetweenFrames));
      if (interrupt_count() > 0) return false;
      look();
    }
  }

  void print_changes() {
    for (const RunProgress& run : progress()) {
      if (!changed_.contains(run.summary.id)) continue;
      std::cout << watch_line(run, request_.metric) << "\n";
      if (run.sample && std::exchange(told_samples_[run.summary.id], run.sample->step) != run.sample->step)
        std::cout << run.summary.id << "  " << run.summary.name << "  " << sample_line(run) << "\n";
    }
    std::cout << std::flush;
  }

  /// What came since the last update.
  void print_update() {
    const runs::Plot update = plot(cursor_);
    for (const auto& [run, step] : update.cursor) cursor_[run] = step;
    nlohmann::json line = runs::to_json(update);
    line["runs"] = nlohmann::json::array();
    for (const RunProgress& run : progress()) line["runs"].push_back(to_json(run));
    std::cout << json_line(std::move(line)) << std::flush;
  }

  static nlohmann::json to_json(const RunProgress& run) {
    nlohmann::json told{{"id", run.summary.id},
                        {"name", run.summary.name},
                        {"state", runs::to_string(run.summary.state)},
                        {"step", run.step},
                        {"steps", nullptr},
                        {"seconds_left", nullptr},
                        {"metrics", nlohmann::json::object()},
                        {"sample", nullptr}};
    if (run.steps) told["steps"] = *run.steps;
    if (run.seconds_left) told["seconds_left"] = number_to_json(*run.seconds_left);
    for (const auto& [name, value] : run.metrics) told["metrics"][name] = number_to_json(value);
    if (run.sample)
      told["sample"] = {{"step", run.sample->step}, {"prompt", run.sample->prompt}, {"text", run.sample->text}};
    return told;
  }

  const WatchOptions& options_;
  runs::PlotRequest request_;
  runs::Store store_;
  std::vector<runs::RunSummary> all_;
  runs::RunSettings settings_;
  runs::RunFields fields_;
  std::vector<FollowedRun> runs_;
  FollowedSource source_;
  std::set<std::string> changed_;  ///< the runs of which something is new
  runs::PlotCursor cursor_;        ///< what was printed
  std::map<std::string, std::int64_t> told_samples_;
  bool metric_is_there_ = false;
  bool quit_ = false;
};

}  // namespace

void add_watch(const Command& program, const GlobalOptions& global, int& exit_code) {
  const Command command = program.subcommand("watch", "Follow runs that are at work: their curves, how far they are");
  const auto options = std::make_shared<WatchOptions>();
  command.option("RUN", options->plot.choice.names, "runs, given as for 'show'; by default all that are at work")
      .free_text();
  add_where(command, options->plot.choice.where);
  add_curve_options(command, options->plot);
  command.flag("--json", options->json, "print a line of JSON each time that something is new");
  command.footer(
      "It looks from outside, at what the runs record, so it works from another terminal, and ends with them. Where "
      "there is no terminal it prints a line for what is new.\n\n"
      "Examples:\n  runner watch\n  runner watch 3fa9 b2c1 --smoothing 0.6 --log-y\n"
      "  runner watch latest --metric grad_norm --x time");
  command.action([&global, &exit_code, options] { exit_code = Watch(*options, global).run(); });
}

}  // namespace folio::cli
