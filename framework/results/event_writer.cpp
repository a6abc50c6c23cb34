#include "formats/description_json.h"
#include "results/events.h"
#include "results/process_json.h"

namespace folio::results {
namespace {

using nlohmann::json;
using std::chrono::steady_clock;

constexpr auto kSyncInterval = std::chrono::seconds(1);

json metrics_to_json(const std::map<std::string, double>& metrics) {
  json result = json::object();
  for (const auto& [name, value] : metrics) result[name] = number_to_json(value);
  return result;
}

double unix_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

EventWriter::EventWriter(const std::filesystem::path& events_file) : file_(events_file, ErrorKind::run) {}

void EventWriter::running(const ProcessIdentity& process) { state(RunState::running, {{"process", to_json(process)}}); }

void EventWriter::finished() { state(RunState::finished, json::object()); }

void EventWriter::interrupted() { state(RunState::interrupted, json::object()); }

void EventWriter::failed(ErrorKind kind, const std::string& message) {
  state(RunState::failed, {{"error", {{"kind", to_string(kind)}, {"message", message}}}});
}

void EventWriter::environment(const json& values) { write_and_sync("environment", {{"values", values}}); }

void EventWriter::facts(const json& values) { write_and_sync("facts", {{"values", values}}); }

void EventWriter::points(std::int64_t step, double epoch, const std::map<std::string, double>& metrics) {
  write("points", {{"step", step}, {"epoch", number_to_json(epoch)}, {"metrics", metrics_to_json(metrics)}});
  if (steady_clock::now() - last_sync_ < kSyncInterval) return;
  file_.sync();
  last_sync_ = steady_clock::now();
}

void EventWriter::sample(std::int64_t step, const std::string& prompt, const std::string& text) {
  write("sample", {{"step", step}, {"prompt", prompt}, {"text", text}});
}

void EventWriter::summary(const std::map<std::string, double>& metrics) {
  write_and_sync("summary", {{"metrics", metrics_to_json(metrics)}});
}

void EventWriter::label(const LabelEvent& label) {
  json event = json::object();
  if (label.name) event["name"] = *label.name;
  if (label.note) event["note"] = *label.note;
  if (!label.tags.empty()) event["tags"] = label.tags;
  if (!label.untags.empty()) event["untags"] = label.untags;
  write_and_sync("label", std::move(event));
}

void EventWriter::state(RunState state, json event) {
  event["state"] = to_string(state);
  write_and_sync("state", std::move(event));
}

void EventWriter::write(const char* type, json event) {
  event["time"] = unix_time();
  event["type"] = type;
  // Text that a model made may not be UTF-8, nor may the system's error messages: such bytes become U+FFFD.
  file_.append_line(event.dump(-1, ' ', false, json::error_handler_t::replace));
}

void EventWriter::write_and_sync(const char* type, json event) {
  write(type, std::move(event));
  file_.sync();
}

}  // namespace folio::results
