#include <system_error>

#include "formats/description_json.h"
#include "runs/record/events.h"
#include "runs/record/process_json.h"
#include "runs/record/run_folder.h"
#include "support/passwords.h"

namespace folio::runs {
namespace {

using nlohmann::json;
using std::chrono::steady_clock;

constexpr auto kSyncInterval = std::chrono::seconds(1);

json metrics_to_json(const std::map<std::string, double>& metrics) {
  json result = json::object();
  for (const auto& [name, value] : metrics) result[name] = number_to_json(value);
  return result;
}

json to_json(const StateEvent& event) {
  json result{{"type", "state"}, {"state", to_string(event.state)}};
  if (event.process) result["process"] = runs::to_json(*event.process);
  if (event.error) result["error"] = {{"kind", to_string(event.error->kind)}, {"message", event.error->message}};
  return result;
}

json to_json(const ResumedEvent& event) {
  return {{"type", "resumed"}, {"step", event.step}, {"changes", event.changes}, {"differences", event.differences}};
}

json to_json(const EnvironmentEvent& event) { return {{"type", "environment"}, {"values", event.values}}; }

json to_json(const FactsEvent& event) { return {{"type", "facts"}, {"values", event.values}}; }

json to_json(const PointsEvent& event) {
  json result{{"type", "points"}, {"step", event.step}, {"metrics", metrics_to_json(event.metrics)}};
  if (event.epoch) result["epoch"] = number_to_json(*event.epoch);
  return result;
}

json to_json(const Sample& sample) {
  return {{"type", "sample"}, {"step", sample.step}, {"prompt", sample.prompt}, {"text", sample.text}};
}

json to_json(const SummaryEvent& event) { return {{"type", "summary"}, {"metrics", metrics_to_json(event.metrics)}}; }

json to_json(const LabelEvent& event) {
  json result{{"type", "label"}};
  if (event.name) result["name"] = *event.name;
  if (event.note) result["note"] = *event.note;
  if (!event.tags.empty()) result["tags"] = event.tags;
  if (!event.untags.empty()) result["untags"] = event.untags;
  return result;
}

double unix_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

std::string to_line(const Event& event) {
  json line = std::visit([](const auto& what) { return to_json(what); }, event.what);
  if (event.time) line["time"] = *event.time;
  // Text that a model made may not be UTF-8, nor may the system's error messages: such bytes become U+FFFD.
  return line.dump(-1, ' ', false, json::error_handler_t::replace);
}

EventWriter::EventWriter(const std::filesystem::path& events_file)
    : file_(events_file, ErrorKind::run), reserve_(RunFolder(events_file.parent_path()).reserve()) {}

void EventWriter::running(const ProcessIdentity& process) {
  write_and_sync(StateEvent{RunState::running, process, std::nullopt});
}

void EventWriter::resumed(const ResumedEvent& event) { write_and_sync(event); }

void EventWriter::finished() { write_end({RunState::finished, std::nullopt, std::nullopt}); }

void EventWriter::interrupted(std::optional<RunError> because) {
  write_end({RunState::interrupted, std::nullopt, std::move(because)});
}

void EventWriter::failed(ErrorKind kind, const std::string& message) {
  write_end({RunState::failed, std::nullopt, RunError{kind, without_passwords(message)}});
}

void EventWriter::environment(const json& values) { write_and_sync(EnvironmentEvent{values}); }

void EventWriter::facts(const json& values) { write_and_sync(FactsEvent{values}); }

void EventWriter::points(std::int64_t step, double epoch, const std::map<std::string, double>& metrics) {
  write(PointsEvent{step, epoch, metrics});
  if (steady_clock::now() - last_sync_ < kSyncInterval) return;
  file_.sync();
  last_sync_ = steady_clock::now();
}

void EventWriter::sample(std::int64_t step, const std::string& prompt, const std::string& text) {
  write(Sample{step, prompt, text});
}

void EventWriter::summary(const std::map<std::string, double>& metrics) { write_and_sync(SummaryEvent{metrics}); }

void EventWriter::label(const LabelEvent& label) {
  file_.append_line(to_line({unix_time(), label}));
  file_.sync();
}

void EventWriter::write_end(StateEvent end) {
  std::error_code ignored;
  std::filesystem::remove(reserve_, ignored);
  write_and_sync(std::move(end));
}

void EventWriter::write(decltype(Event::what) what) {
  file_.require_in_place();
  file_.append_line(to_line({unix_time(), std::move(what)}));
}

void EventWriter::write_and_sync(decltype(Event::what) what) {
  write(std::move(what));
  file_.sync();
}

}  // namespace folio::runs
