#include "cli/curves/followed_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <system_error>
#include <variant>

#include "runs/record/facts.h"
#include "support/human.h"

namespace folio::cli {
namespace {

/// Whether a run is still alive.
constexpr std::chrono::seconds kBetweenQuestions{2};

/// Bytes of the past that are read as events, from which the pace follows.
constexpr std::uintmax_t kRecent = 256 << 10;

/// Where the last whole lines of a file begin that have so many bytes, or a few less; 0 where it has no more.
std::uint64_t begin_of_recent(const std::filesystem::path& file, std::uintmax_t size) {
  if (size <= kRecent || !std::filesystem::is_regular_file(file)) return 0;
  std::ifstream stream(file, std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(size - kRecent));
  stream.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  return stream.good() ? static_cast<std::uint64_t>(stream.tellg()) : 0;
}

}  // namespace

FollowedRun::FollowedRun(runs::RunSummary summary, runs::RunFolder folder, const std::set<std::string>& metrics)
    : folder_(std::move(folder)) {
  progress_.summary = std::move(summary);
  for (const std::string& metric : metrics) points_[metric];
}

bool FollowedRun::look(runs::Store& store) {
  const bool is_first = !std::exchange(has_begun_, true);
  if (is_first) begin(store);
  if (!is_first && !runs::is_active(progress_.summary.state)) return false;
  bool is_new = read_new_events();
  if (state_is_new_ || Clock::now() - asked_ >= kBetweenQuestions) is_new = ask_store(store) || is_new;
  if (!runs::is_active(progress_.summary.state)) is_new = read_new_events() || is_new;  // the last that it told
  judge_pace();
  return is_new || is_first;
}

/// What the store has, and from where on the events are read. They overlap: an event that is taken twice changes
/// nothing.
void FollowedRun::begin(runs::Store& store) {
  std::error_code missing;
  const std::uintmax_t size = std::filesystem::file_size(folder_.events(), missing);
  ask_store(store);
  const runs::Run run = store.load(progress_.summary.id);
  progress_.metrics = run.summary.metrics;
  progress_.sample = run.sample;
  progress_.steps = runs::facts_from_json(run.facts).planned_steps;
  if (run.sample) progress_.step = run.sample->step;
  for (auto& [name, points] : points_) {
    points = store.points(run.summary.id, name);
    if (!points.empty()) progress_.step = std::max(progress_.step, points.back().step);
  }
  if (!missing) offset_ = begin_of_recent(folder_.events(), size);
}

bool FollowedRun::ask_store(runs::Store& store) {
  const runs::RunSummary& known = progress_.summary;
  if (known.other_folder.empty() && runs::is_active(known.state)) store.sync_run(known.id);
  runs::RunSummary summary = store.load(known.id).summary;
  const bool is_new = summary.state != known.state || (!has_events() && summary.metrics != known.metrics);
  progress_.summary = std::move(summary);
  if (!has_events()) progress_.metrics = progress_.summary.metrics;
  state_is_new_ = false;
  asked_ = Clock::now();
  return is_new;
}

bool FollowedRun::read_new_events() {
  bool any = false;
  for (bool more = true; more;) {
    const runs::EventBatch batch = runs::read_events(folder_.events(), offset_);
    for (const runs::Event& event : batch.events) take(event);
    any = any || !batch.events.empty();
    offset_ = batch.offset;
    more = batch.more;
  }
  return any;
}

void FollowedRun::judge_pace() {
  progress_.seconds_left.reset();
  if (progress_.summary.state != runs::RunState::running || !progress_.steps) return;
  if (!first_ || !last_ || last_->second <= first_->second) return;
  progress_.seconds_left = static_cast<double>(*progress_.steps - progress_.step) * (last_->first - first_->first) /
                           static_cast<double>(last_->second - first_->second);
}

void FollowedRun::take(const runs::Event& event) {
  if (const auto* points = std::get_if<runs::PointsEvent>(&event.what)) {
    take_points(*points, event.time);
  } else if (const auto* sample = std::get_if<runs::Sample>(&event.what)) {
    progress_.sample = *sample;
    progress_.step = std::max(progress_.step, sample->step);
  } else if (const auto* facts = std::get_if<runs::FactsEvent>(&event.what)) {
    if (const auto steps = runs::facts_from_json(facts->values).planned_steps) progress_.steps = steps;
  } else if (const auto* resumed = std::get_if<runs::ResumedEvent>(&event.what)) {
    ++resumed_;
    progress_.step = resumed->step;
    for (auto& [name, kept] : points_)
      std::erase_if(kept, [&](const runs::Point& point) { return point.step > resumed->step; });
    first_.reset();
    last_.reset();
  } else if (std::holds_alternative<runs::StateEvent>(event.what)) {
    state_is_new_ = true;
  }
}

void FollowedRun::take_points(const runs::PointsEvent& points, std::optional<double> time) {
  progress_.step = points.step;
  for (const auto& [name, value] : points.metrics) {
    progress_.metrics[name] = value;
    keep(name, {points.step, value});
  }
  if (points.epoch) keep("epoch", {points.step, *points.epoch});
  if (!time) return;
  last_ = {*time, points.step};
  if (!first_) first_ = last_;
}

/// A step that is logged again replaces the earlier point.
void FollowedRun::keep(const std::string& metric, runs::Point point) {
  const auto kept = points_.find(metric);
  if (kept == points_.end()) return;
  std::vector<runs::Point>& points = kept->second;
  const auto place = std::lower_bound(points.begin(), points.end(), point.step,
                                      [](const runs::Point& known, std::int64_t step) { return known.step < step; });
  if (place != points.end() && place->step == point.step)
    *place = point;
  else
    points.insert(place, point);
}

std::string step_text(const RunProgress& progress) {
  if (!progress.steps) return with_commas(progress.step);
  return fmt::format("{}/{}", with_commas(progress.step), with_commas(*progress.steps));
}

}  // namespace folio::cli
