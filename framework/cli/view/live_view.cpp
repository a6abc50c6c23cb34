#include "cli/view/live_view.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <utility>

#include "runs/record/metrics.h"
#include "support/human.h"
#include "support/passwords.h"
#include "support/utf8.h"
#include "terminal/terminal.h"

namespace folio::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kEvaluating = "Evaluating";
constexpr const char* kAgain = "Ctrl-C again stops at once, without saving";

/// Of a long stage where there is no bar.
constexpr std::chrono::seconds kBetweenLines{30};

/// Of so many bytes in so many seconds; empty while that is too short a time to tell.
std::string rate(double bytes, double seconds) { return seconds >= 1 ? human_bytes(bytes / seconds) + "/s" : ""; }

std::string read_so_far(double bytes, double seconds) {
  const std::string speed = rate(bytes, seconds);
  return human_bytes(bytes) + " read" + (speed.empty() ? "" : ", " + speed);
}

/// "30 s left", from the share that is done; empty while that is too short a time to tell.
std::string time_left(double done, double total, double seconds) {
  return seconds >= 1 && done > 0 && done < total ? human_duration(seconds * (total - done) / done) + " left" : "";
}

std::string joined(const std::string& a, const std::string& b) { return a.empty() || b.empty() ? a + b : a + "  " + b; }

/// What is beside a stage's bar.
std::string stage_details(double done, double total, bool in_bytes, double seconds) {
  if (total <= 0) return read_so_far(done, seconds);
  return joined(in_bytes ? rate(done, seconds) : "", time_left(done, total, seconds));
}

}  // namespace

LiveView::LiveView(bool quiet, std::function<Clock::time_point()> now)
    : quiet_(quiet), now_(std::move(now)), bar_(STDERR_FILENO) {}

void LiveView::show(const nlohmann::json& line) {
  if (line.contains("warning")) print(fmt::format("warning: {}", line["warning"].get<std::string>()));
  if (quiet_) return;
  if (line.contains("stopping"))
    print(waits_for());
  else if (line.contains("waits_for"))
    print(fmt::format("Waiting for {} to come back. {}.", line["waits_for"].get<std::string>(), kAgain));
  else if (line.contains("wrote"))
    show_sample(line);
  else if (line.contains("note"))
    print(line["note"].get<std::string>());
  else if (line.contains("points"))
    show_points(line);
  else if (line.contains("max_steps"))
    show_step(line);
  else if (line.contains("stage"))
    show_stage(line);
}

void LiveView::show_step(const nlohmann::json& line) {
  last_step_ = line;
  stage_.clear();
  bar_.update(
      "Training", line.at("step"), line.at("max_steps"),
      fmt::format("{}/{}  epoch {:.2f}  loss {:.4f}  {:.0f} tok/s  {} left", line.at("step").get<int>(),
                  line.at("max_steps").get<int>(), line.at("epoch").get<double>(), line.at("loss").get<double>(),
                  line.at("tokens_per_second").get<double>(), human_duration(line.at("seconds_left").get<double>())));
}

void LiveView::show_stage(const nlohmann::json& line) {
  const std::string stage = line.at("stage");
  const double done = line.at("done");
  const double total = line.at("total");
  const bool is_new = stage != stage_;
  const Clock::time_point now = now_();
  if (is_new || done < stage_done_) stage_began_ = stage_told_ = now;
  const double seconds = std::chrono::duration<double>(now - stage_began_).count();
  const std::string details = stage_details(done, total, line.value("unit", "") == "bytes", seconds);
  bar_.update(stage, done, total, details);
  stage_ = stage;
  stage_done_ = done;
  if (bar_.enabled()) return;
  // Evaluations come again and again, and each is followed by its figures.
  if (is_new && stage != kEvaluating) print(stage);
  if (now - stage_told_ < kBetweenLines) return;
  stage_told_ = now;
  print(total > 0 ? joined(fmt::format("{}: {:.0f} %", stage, std::floor(100 * done / total)), details)
                  : stage + ": " + details);
}

void LiveView::show_points(const nlohmann::json& line) {
  const bool evaluation = line.at("points").contains("eval_loss");
  stage_.clear();
  // On a terminal the bar has the loss already; evaluations stay to be read.
  if (bar_.enabled() && !evaluation) return;
  std::string text = fmt::format("step {}", line.at("step").get<int>());
  if (last_step_.is_object()) text += fmt::format("/{}", last_step_.at("max_steps").get<int>());
  text += fmt::format("  epoch {:.2f}", line.at("epoch").get<double>());
  for (const char* name : {"loss", "eval_loss", "perplexity", "eval_bits_per_byte", "tokens_per_second"}) {
    if (!line["points"].contains(name)) continue;
    text += fmt::format("  {} {}", name, runs::metric_text(name, line["points"][name].get<double>()));
  }
  if (!evaluation && last_step_.is_object())
    text += fmt::format("  {} left", human_duration(last_step_.at("seconds_left").get<double>()));
  print(text);
}

/// In one line, as much of it as the terminal has room for. There it takes the place of the one before, which goes up.
void LiveView::show_sample(const nlohmann::json& line) {
  stage_.clear();
  std::string text = without_controls(line.at("wrote").get<std::string>(), /*keep_lines=*/true);
  std::replace(text.begin(), text.end(), '\n', ' ');
  text = fmt::format("step {} writes: {}", line.at("step").get<int>(), text);
  if (!bar_.enabled()) return print(text);
  keep_sample();
  newest_sample_ = text;
  bar_.set_below(text);
}

/// The newest sample becomes a line above the bar.
void LiveView::keep_sample() {
  if (newest_sample_.empty()) return;
  print(cut_to_width(newest_sample_, terminal_width(STDERR_FILENO)));
  newest_sample_.clear();
  bar_.set_below("");
}

void LiveView::finish() {
  keep_sample();
  bar_.clear();
}

/// What has to come to its end before a run that is asked to stop does.
std::string LiveView::waits_for() const {
  if (!last_step_.is_object()) return fmt::format("Stopping before the first step. {}.", kAgain);
  if (stage_ == kEvaluating)
    return fmt::format("Stopping: the evaluation comes to its end, then the model is saved. {}.", kAgain);
  if (!stage_.empty()) return fmt::format("Stopping: {} comes to its end. {}.", stage_, kAgain);
  return fmt::format("Stopping: step {} comes to its end, then the model is saved. {}.",
                     last_step_.at("step").get<int>() + 1, kAgain);
}

void LiveView::print(const std::string& text) {
  bar_.clear();
  std::cerr << one_message(without_passwords(text)) << "\n";
}

}  // namespace folio::cli
