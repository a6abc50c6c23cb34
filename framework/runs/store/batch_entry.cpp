#include "runs/store/batch_entry.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "runs/record/process_json.h"
#include "runs/store/tags_column.h"
#include "runs/store/upsert.h"

namespace folio::runs {

using nlohmann::json;
using soci::into;
using soci::use;

// What `use` is given must live until the statement has run, at the end of the full expression: hence the named texts.

void BatchEntry::take(const Event& event) {
  time_ = event.time;
  std::visit(*this, event.what);
}

void BatchEntry::operator()(const StateEvent& event) {
  if (event.state == RunState::running && time_) times_.try_emplace(0, *time_);  // before the first step
  state_ = event;
  if (event.process) process_ = event.process;
}

void BatchEntry::operator()(const ResumedEvent& event) {
  resumed_after_ = std::min(event.step, resumed_after_.value_or(event.step));
  std::erase_if(points_, [&](const PointRow& point) { return point.step > event.step; });
  std::erase_if(times_, [&](const auto& time) { return time.first > event.step; });
  finals_.clear();  // of what was done since; the last points that count give others
  sessions_.push_back({{"step", event.step}, {"differences", event.differences}, {"changes", event.changes}});
  if (time_) sessions_.back()["time"] = *time_;
  changes_settings_ = changes_settings_ || !event.changes.empty();
}

void BatchEntry::operator()(const PointsEvent& event) {
  if (time_) times_.try_emplace(event.step, *time_);
  if (event.epoch) add_point("epoch", event.step, *event.epoch);
  for (const auto& [name, value] : event.metrics) add_point(name, event.step, value);
}

void BatchEntry::operator()(const SummaryEvent& event) {
  for (const auto& [name, value] : event.metrics) finals_[metric(name)] = value;
}

void BatchEntry::write() {
  const std::vector<long long> ids = metric_ids_.of(names_);
  supersede_points();
  write_points(ids);
  write_times();
  if (resumed_after_) take_finals_from_points();
  write_finals(ids);
  write_state();
  write_sample();
  write_labels();
  merge_details("environment", environment_);
  merge_details("facts", facts_);
}

std::size_t BatchEntry::metric(const std::string& name) {
  const auto [known, is_new] = places_.emplace(name, names_.size());
  if (is_new) names_.push_back(name);
  return known->second;
}

void BatchEntry::add_point(const std::string& name, std::int64_t step, double value) {
  const std::size_t place = metric(name);
  points_.push_back({place, step, value});
  finals_[place] = value;
}

/// Of a resumed run nothing counts that was told of steps after its checkpoint, nor what stood for it as a whole.
void BatchEntry::supersede_points() {
  if (!resumed_after_) return;
  const long long step = *resumed_after_;
  session_ << "DELETE FROM points WHERE run = :row AND step > :step", use(row_), use(step);
  session_ << "DELETE FROM times WHERE run = :row AND step > :step", use(row_), use(step);
  session_ << "DELETE FROM finals WHERE run = :row", use(row_);
  std::string text;
  session_ << "SELECT sessions FROM details WHERE run = :row", into(text), use(row_);
  json sessions = json::parse(text);
  sessions.insert(sessions.end(), sessions_.begin(), sessions_.end());
  text = sessions.dump();
  session_ << "UPDATE details SET sessions = :text WHERE run = :row", use(text), use(row_);
}

void BatchEntry::take_finals_from_points() {
  session_ << "INSERT INTO finals (run, metric, value) SELECT run, metric, value FROM points AS p WHERE run = :row AND "
              "step = (SELECT max(step) FROM points AS q WHERE q.run = p.run AND q.metric = p.metric)",
      use(row_);
}

void BatchEntry::write_points(const std::vector<long long>& ids) {
  if (points_.empty()) return;
  // In the order of the table's key they are inserted fastest; of a step logged again the later is the one that counts.
  const auto key = [&](const PointRow& point) { return std::pair(ids[point.metric], point.step); };
  std::stable_sort(points_.begin(), points_.end(),
                   [&](const PointRow& a, const PointRow& b) { return key(a) < key(b); });
  std::vector<long long> metrics, steps;
  std::vector<double> values;
  for (std::size_t i = 0; i < points_.size(); ++i) {
    if (i + 1 < points_.size() && key(points_[i]) == key(points_[i + 1])) continue;
    metrics.push_back(ids[points_[i].metric]);
    steps.push_back(points_[i].step);
    values.push_back(points_[i].value);
  }
  upsert_points(session_, row_, metrics, steps, values);
}

void BatchEntry::write_times() {
  if (times_.empty()) return;
  std::vector<long long> steps;
  std::vector<double> times;
  for (const auto& [step, time] : times_) {
    steps.push_back(step);
    times.push_back(time);
  }
  insert_times(session_, row_, steps, times);
}

void BatchEntry::write_finals(const std::vector<long long>& ids) {
  if (finals_.empty()) return;
  std::vector<long long> metrics;
  std::vector<double> values;
  for (const auto& [place, value] : finals_) {
    metrics.push_back(ids[place]);
    values.push_back(value);
  }
  upsert_finals(session_, row_, metrics, values);
}

void BatchEntry::write_state() {
  if (!state_) return;
  const std::string state(to_string(state_->state));
  const std::string kind(state_->error ? to_string(state_->error->kind) : "");
  const std::string message = state_->error ? state_->error->message : "";
  session_ << "UPDATE runs SET state = :state, error_kind = :kind, error_message = :message WHERE id = :row",
      use(state), use(kind), use(message), use(row_);
  if (!process_) return;
  const std::string process = to_json(*process_).dump();
  session_ << "UPDATE runs SET process = :process WHERE id = :row", use(process), use(row_);
}

void BatchEntry::write_sample() {
  if (!sample_) return;
  const std::string sample = json{{"step", sample_->step}, {"prompt", sample_->prompt}, {"text", sample_->text}}.dump();
  session_ << "UPDATE details SET sample = :sample WHERE run = :row", use(sample), use(row_);
}

void BatchEntry::write_labels() {
  if (labels_.empty()) return;
  std::string name, note, text;
  session_ << "SELECT name, note, tags FROM runs WHERE id = :row", into(name), into(note), into(text), use(row_);
  std::set<std::string> tags = tags_from_column(text);
  for (const LabelEvent& label : labels_) {
    name = label.name.value_or(name);
    note = label.note.value_or(note);
    tags.insert(label.tags.begin(), label.tags.end());
    for (const std::string& tag : label.untags) tags.erase(tag);
  }
  text = tags_to_column(tags);
  session_ << "UPDATE runs SET name = :name, note = :note, tags = :tags WHERE id = :row", use(name), use(note),
      use(text), use(row_);
}

/// Puts `values` over those of the object in a column of `details`.
void BatchEntry::merge_details(const char* column, const json& values) {
  if (values.empty()) return;
  std::string text;
  session_ << fmt::format("SELECT {} FROM details WHERE run = :row", column), into(text), use(row_);
  json merged = json::parse(text);
  merged.update(values);
  text = merged.dump();
  session_ << fmt::format("UPDATE details SET {} = :text WHERE run = :row", column), use(text), use(row_);
}

}  // namespace folio::runs
