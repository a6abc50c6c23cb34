#include "cli/view/live_view.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "runs/record/metrics.h"
#include "support/human.h"

namespace folio::cli {
namespace {

using Clock = std::chrono::steady_clock;

/// Of so many bytes since then; empty while that is too short a time to tell.
std::string rate(double bytes, Clock::time_point began) {
  const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
  return seconds >= 1 ? human_bytes(bytes / seconds) + "/s" : "";
}

std::string read_so_far(double bytes, Clock::time_point began) {
  const std::string speed = rate(bytes, began);
  return human_bytes(bytes) + " read" + (speed.empty() ? "" : ", " + speed);
}

}  // namespace

LiveView::LiveView(bool quiet) : quiet_(quiet), bar_(STDERR_FILENO) {}

void LiveView::show(const nlohmann::json& line) {
  if (line.contains("warning")) print(fmt::format("warning: {}", line["warning"].get<std::string>()));
  if (quiet_) return;
  if (line.contains("points"))
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
  if (stage != stage_) stage_began_ = Clock::now();
  const bool in_bytes = line.value("unit", "") == "bytes";
  bar_.update(stage, done, total,
              total <= 0 ? read_so_far(done, stage_began_)
              : in_bytes ? rate(done, stage_began_)
                         : "");
  // Evaluations come again and again, and each is followed by its figures.
  if (!bar_.enabled() && stage != stage_ && stage != "Evaluating") print(stage);
  stage_ = stage;
}

void LiveView::show_points(const nlohmann::json& line) {
  const bool evaluation = line.at("points").contains("eval_loss");
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

void LiveView::print(const std::string& text) {
  bar_.clear();
  fmt::print(stderr, "{}\n", text);
}

}  // namespace folio::cli
