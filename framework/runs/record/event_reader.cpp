#include <sys/stat.h>

#include <algorithm>
#include <system_error>

#include "formats/strict_json.h"
#include "runs/record/events.h"
#include "runs/record/json_values.h"
#include "runs/record/process_json.h"
#include "support/utf8.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// A line that is no event is counted, and the others are read: so what is wrong with it need not be said.
struct NoEvent {};

void require(bool condition) {
  if (!condition) throw NoEvent();
}

const json& object_at(const json& source, const char* key) {
  const json& object = member(source, key);
  require(object.is_object());
  return object;
}

/// One line, of at most so many bytes.
std::string text_at(const json& source, const char* key, std::size_t longest, bool keep_lines = false) {
  const json& text = member(source, key);
  require(text.is_string() && text.get_ref<const std::string&>().size() <= longest);
  return without_controls(text.get_ref<const std::string&>(), keep_lines);
}

std::int64_t step_at(const json& source) {
  constexpr std::int64_t kLargest = std::int64_t{1} << 53;  // beyond it not every whole number is a double
  const auto step = integer_in(member(source, "step"));
  require(step && *step >= -kLargest && *step <= kLargest);
  return *step;
}

std::optional<double> number_if_there(const json& source, const char* key) {
  const json& value = member(source, key);
  const auto number = number_in(value);
  require(number || value.is_null());
  return number;
}

std::map<std::string, double> metrics_at(const json& source) {
  std::map<std::string, double> metrics;
  for (const auto& [name, value] : object_at(source, "metrics").get_ref<const json::object_t&>()) {
    const auto number = number_in(value);
    require(number && name.size() <= kLongestMetricName);
    metrics.emplace(without_controls(name), *number);
  }
  return metrics;
}

StateEvent state_from_json(const json& source) {
  StateEvent event;
  event.state = run_state_from_string(text_at(source, "state", kLongestName));
  if (source.contains("process")) event.process = process_from_json({source["process"], ""});
  if (source.contains("error")) {
    const json& error = object_at(source, "error");
    event.error = RunError{error_kind_from_string(text_at(error, "kind", kLongestName)),
                           text_at(error, "message", kLongestNote, /*keep_lines=*/true)};
  }
  return event;
}

std::vector<std::string> tags_at(const json& source, const char* key) {
  std::vector<std::string> tags;
  if (!source.contains(key)) return tags;
  require(source[key].is_array());
  for (const json& tag : source[key]) {
    require(tag.is_string() && tag.get_ref<const std::string&>().size() <= kLongestName);
    tags.push_back(without_controls(tag.get_ref<const std::string&>()));
  }
  return tags;
}

LabelEvent label_from_json(const json& source) {
  LabelEvent label{std::nullopt, std::nullopt, tags_at(source, "tags"), tags_at(source, "untags")};
  if (source.contains("name")) label.name = text_at(source, "name", kLongestName);
  if (source.contains("note")) label.note = text_at(source, "note", kLongestNote, /*keep_lines=*/true);
  return label;
}

ResumedEvent resumed_from_json(const json& source) {
  constexpr std::size_t kMost = 1000;
  ResumedEvent event{step_at(source), object_at(source, "changes"), {}};
  const json& differences = member(source, "differences");
  require(differences.is_array() && differences.size() <= kMost && event.changes.size() <= kMostSettings);
  for (const json& change : event.changes) require(change.is_array() && change.size() == 2);
  for (const json& difference : differences) {
    require(difference.is_string() && difference.get_ref<const std::string&>().size() <= kLongestNote);
    event.differences.push_back(without_controls(difference.get_ref<const std::string&>()));
  }
  return event;
}

Sample sample_from_json(const json& source) {
  const json &prompt = member(source, "prompt"), &text = member(source, "text");
  require(prompt.is_string() && text.is_string());
  return {step_at(source), prompt.get<std::string>(), text.get<std::string>()};
}

/// Throws NoEvent or Error where it is none.
Event event_from_json(const json& source) {
  const auto time = number_if_there(source, "time");
  const std::string type = text_in(source, "type");
  if (type == "points")
    return {time, PointsEvent{step_at(source), number_if_there(source, "epoch"), metrics_at(source)}};
  if (type == "state") return {time, state_from_json(source)};
  if (type == "resumed") return {time, resumed_from_json(source)};
  if (type == "environment") return {time, EnvironmentEvent{object_at(source, "values")}};
  if (type == "facts") return {time, FactsEvent{object_at(source, "values")}};
  if (type == "summary") return {time, SummaryEvent{metrics_at(source)}};
  if (type == "label") return {time, label_from_json(source)};
  if (type == "sample") return {time, sample_from_json(source)};
  throw NoEvent();
}

/// The event that a line holds; none where the line is damaged or foreign, which is no failure: the others count.
std::optional<Event> parse_event(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t\r");
  if (first == line.npos || line[first] != '{') return std::nullopt;  // which is quicker than an exception
  try {
    return event_from_json(parse_strict_json(line, "", {ErrorKind::store, kDeepestJson, /*unique_names=*/false}));
  } catch (const NoEvent&) {
    return std::nullopt;
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// The event, unless it has more metrics than a store takes in without keeping others waiting.
Event within_limits(Event event, const fs::path& file) {
  const auto* points = std::get_if<PointsEvent>(&event.what);
  if (points == nullptr || points->metrics.size() <= kMostMetrics) return event;
  throw Error(ErrorKind::store, file.string() + ": has " + std::to_string(points->metrics.size()) +
                                    " metrics in one line, more than the limit of " + std::to_string(kMostMetrics));
}

/// Whole lines between `offset` and `size`; empty where there is none.
std::string read_lines(const fs::path& path, const FileDescriptor& file, std::uint64_t offset, std::uint64_t size,
                       std::size_t limit) {
  if (size <= offset) return "";
  for (;; limit = kLongestLine) {  // a line longer than the limit is read whole
    std::string bytes = read_at(file, offset, std::min<std::uint64_t>(limit, size - offset), path, ErrorKind::store);
    if (const std::size_t end = bytes.rfind('\n'); end != std::string::npos) {
      bytes.resize(end + 1);
      return bytes;
    }
    if (bytes.size() >= kLongestLine) {
      throw Error(ErrorKind::store, path.string() + ": the line that begins at byte " + std::to_string(offset) +
                                        " is longer than the limit of " + std::to_string(kLongestLine) + " bytes");
    }
    if (bytes.size() < limit) return "";
  }
}

}  // namespace

EventBatch read_events(const fs::path& events_file, std::uint64_t offset, std::size_t limit) {
  EventBatch batch;
  batch.offset = offset;
  std::error_code error;
  if (fs::symlink_status(events_file, error).type() == fs::file_type::not_found) return batch;
  const FileDescriptor file = open_to_read(events_file, ErrorKind::store);
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) throw_errno(ErrorKind::store, events_file, "cannot be read");
  const auto size = static_cast<std::uint64_t>(status.st_size);
  const std::string lines = read_lines(events_file, file, offset, size, limit);
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = lines.find('\n', begin);
    if (auto event = parse_event(std::string_view(lines).substr(begin, end - begin)))
      batch.events.push_back(within_limits(std::move(*event), events_file));
    else if (++batch.skipped > kMostSkipped)
      throw Error(ErrorKind::store, events_file.string() + ": has more than " + std::to_string(kMostSkipped) +
                                        " lines that are no event; is it the file of another program?");
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
