#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "formats/description_json.h"
#include "runs/record/events.h"
#include "runs/record/process_json.h"
#include "support/utf8.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::map<std::string, double> metrics_from_json(const json& source) {
  std::map<std::string, double> metrics;
  for (const auto& [name, value] : source.get_ref<const json::object_t&>())
    metrics.emplace(without_controls(name), number_from_json(value));
  return metrics;
}

StateEvent state_from_json(const json& source) {
  StateEvent event;
  event.state = run_state_from_string(source.at("state").get<std::string>());
  if (source.contains("process")) event.process = process_from_json(source["process"]);
  if (source.contains("error")) {
    const json& error = source["error"];
    event.error =
        RunError{error_kind_from_string(error.at("kind").get<std::string>()), error.at("message").get<std::string>()};
  }
  return event;
}

std::optional<std::string> text_if_there(const json& source, const char* key) {
  return source.contains(key) ? std::optional(source[key].get<std::string>()) : std::nullopt;
}

LabelEvent label_from_json(const json& source) {
  using Texts = std::vector<std::string>;
  LabelEvent label{text_if_there(source, "name"), text_if_there(source, "note"), source.value("tags", Texts{}),
                   source.value("untags", Texts{})};
  if (label.name) label.name = without_controls(*label.name);
  if (label.note) label.note = without_controls(*label.note, /*keep_lines=*/true);
  for (std::string& tag : label.tags) tag = without_controls(tag);
  return label;
}

json values_from_json(const json& source) { return source.at("values").get<json::object_t>(); }

/// Throws json::exception or Error where the line is no event.
Event event_from_json(const json& source) {
  const auto time = source.contains("time") ? std::optional(source["time"].get<double>()) : std::nullopt;
  const auto& type = source.at("type").get_ref<const std::string&>();
  if (type == "points") {
    const auto epoch = source.contains("epoch") ? std::optional(number_from_json(source["epoch"])) : std::nullopt;
    return {time, PointsEvent{source.at("step").get<std::int64_t>(), epoch, metrics_from_json(source.at("metrics"))}};
  }
  if (type == "state") return {time, state_from_json(source)};
  if (type == "environment") return {time, EnvironmentEvent{values_from_json(source)}};
  if (type == "facts") return {time, FactsEvent{values_from_json(source)}};
  if (type == "summary") return {time, SummaryEvent{metrics_from_json(source.at("metrics"))}};
  if (type == "label") return {time, label_from_json(source)};
  if (type == "sample") {
    return {time, Sample{source.at("step").get<std::int64_t>(), source.at("prompt").get<std::string>(),
                         source.at("text").get<std::string>()}};
  }
  throw Error(ErrorKind::store, "'" + type + "' is not a type of events");
}

/// The event that a line holds; none where the line is damaged or foreign, which is no failure: the others count.
std::optional<Event> parse_event(std::string_view line) {
  try {
    return event_from_json(json::parse(line));
  } catch (const json::exception&) {
    return std::nullopt;
  } catch (const Error&) {
    return std::nullopt;
  }
}

[[noreturn]] void fail(const fs::path& path) { throw_errno(ErrorKind::store, path, "cannot be read"); }

/// Up to `count` bytes from `offset` on, fewer at the file's end.
std::string read_bytes(const fs::path& path, int fd, std::uint64_t offset, std::size_t count) {
  std::string bytes(count, '\0');
  std::size_t done = 0;
  while (done < count) {
    const ssize_t got = ::pread(fd, bytes.data() + done, count - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(path);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  bytes.resize(done);
  return bytes;
}

std::uint64_t size_of(const fs::path& path, int fd) {
  struct stat status{};
  if (::fstat(fd, &status) != 0) fail(path);
  return static_cast<std::uint64_t>(status.st_size);
}

/// Whole lines between `offset` and `size`; empty where there is none.
std::string read_lines(const fs::path& path, int fd, std::uint64_t offset, std::uint64_t size, std::size_t limit) {
  if (size <= offset) return "";
  for (;; limit *= 2) {  // a line longer than the limit is read whole
    std::string bytes = read_bytes(path, fd, offset, std::min<std::uint64_t>(limit, size - offset));
    const std::size_t end = bytes.rfind('\n');
    if (end != std::string::npos) {
      bytes.resize(end + 1);
      return bytes;
    }
    if (bytes.size() < limit || bytes.size() == size - offset) return "";
  }
}

}  // namespace

EventBatch read_events(const fs::path& events_file, std::uint64_t offset, std::size_t limit) {
  EventBatch batch;
  batch.offset = offset;
  const FileDescriptor file(::open(events_file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) {
    if (errno == ENOENT) return batch;
    fail(events_file);
  }
  const std::uint64_t size = size_of(events_file, file.get());
  const std::string lines = read_lines(events_file, file.get(), offset, size, limit);
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = lines.find('\n', begin);
    if (auto event = parse_event(std::string_view(lines).substr(begin, end - begin)))
      batch.events.push_back(std::move(*event));
    else
      ++batch.skipped;
    begin = end + 1;
  }
  batch.offset += lines.size();
  batch.more = !lines.empty() && batch.offset < size && size - offset > limit;
  return batch;
}

std::int64_t for_each_event(const fs::path& events_file, const std::function<void(const Event&)>& take) {
  std::int64_t skipped = 0;
  for (std::uint64_t offset = 0;;) {
    const EventBatch batch = read_events(events_file, offset);
    for (const Event& event : batch.events) take(event);
    skipped += batch.skipped;
    if (!batch.more) return skipped;
    offset = batch.offset;
  }
}

}  // namespace folio::runs
