#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "runs/record/run.h"
#include "support/error.h"
#include "support/files.h"
#include "support/process_identity.h"

/// events.jsonl: one JSON object a line, each with "type" and, where it is known, "time" (seconds since 1970). Numbers
/// that are not finite are the texts "NaN", "Infinity" and "-Infinity".
namespace folio::runs {

/// {"type":"state","state":"running","process":{...}}; finished; failed with "error":{"kind","message"}; interrupted,
/// with one where a plugin did not let it end by itself.
struct StateEvent {
  RunState state = RunState::created;
  std::optional<ProcessIdentity> process;
  std::optional<RunError> error;
};

/// {"type":"resumed","step":120,"changes":{"training.max_steps":[200,300]},"differences":["threads: 2 then, 1 now"]}:
/// the run goes on from its checkpoint after that step. Points of later steps that stand before this in the file are
/// superseded: they stay there, and count no more.
struct ResumedEvent {
  std::int64_t step = 0;
  nlohmann::json changes = nlohmann::json::object();  ///< of settings, by dotted key: what they were and are
  std::vector<std::string> differences;               ///< of the conditions, which somebody agreed to, a line each
};

/// {"type":"environment","values":{...}}: what the run ran on. Later values are put over earlier ones.
struct EnvironmentEvent {
  nlohmann::json values;
};

/// {"type":"facts","values":{...}}: what data, tokenizer and model turned out to be (facts.h); merged in the same way.
struct FactsEvent {
  nlohmann::json values;
};

/// {"type":"points","step":10,"epoch":0.139,"metrics":{"loss":6.9}}. A step logged again (a resumed run) replaces the
/// earlier point.
struct PointsEvent {
  std::int64_t step = 0;
  std::optional<double> epoch;  ///< none where another program's run does not say it
  std::map<std::string, double> metrics;
};

/// {"type":"summary","metrics":{...}}: the values that stand for the run as a whole.
struct SummaryEvent {
  std::map<std::string, double> metrics;
};

/// {"type":"label","name":"...","note":"...","tags":["good"],"untags":["bad"]}: what a person calls a run. What an
/// event lacks stays as it was. It is the one event that the runner writes, at any time.
struct LabelEvent {
  std::optional<std::string> name;
  std::optional<std::string> note;
  std::vector<std::string> tags;    ///< added
  std::vector<std::string> untags;  ///< taken away
};

struct Event {
  std::optional<double> time;  ///< none where it is not known
  /// A Sample is {"type":"sample","step":216,"prompt":"...","text":"..."}.
  std::variant<StateEvent, ResumedEvent, EnvironmentEvent, FactsEvent, PointsEvent, Sample, SummaryEvent, LabelEvent>
      what;
};

/// The event as a line of events.jsonl, without its end.
std::string to_line(const Event& event);

/// Writes a run's events. Once a call has returned, the event survives the death of this process; that of the machine
/// it survives once it is synced, which states, facts and summaries are at once and points within a second.
/// The events of a run's end come with the folder's reserve given up, so that they find room on a full disk. All but
/// label() throw Error (run) where the events file was removed, replaced or cut meanwhile. Used by one thread. One
/// writer at a time, but for label(), which may be called beside the worker: each event is one write at the file's end.
/// Throws Error (run) when the disk is full or fails.
class EventWriter {
 public:
  explicit EventWriter(const std::filesystem::path& events_file);

  void running(const ProcessIdentity& process);
  void resumed(const ResumedEvent& event);
  void finished();
  void interrupted(std::optional<RunError> because = std::nullopt);
  void failed(ErrorKind kind, const std::string& message);
  void environment(const nlohmann::json& values);
  void facts(const nlohmann::json& values);
  void points(std::int64_t step, double epoch, const std::map<std::string, double>& metrics);
  void sample(std::int64_t step, const std::string& prompt, const std::string& text);
  void summary(const std::map<std::string, double>& metrics);
  void label(const LabelEvent& label);

  /// Throws Error (run) where the events file was removed, replaced or cut.
  void require_in_place() { file_.require_in_place(); }

 private:
  void write_end(StateEvent end);
  void write(decltype(Event::what) what);
  void write_and_sync(decltype(Event::what) what);

  AppendFile file_;
  std::filesystem::path reserve_;
  std::chrono::steady_clock::time_point last_sync_{};
};

/// Events read from a file, and where to go on.
struct EventBatch {
  std::vector<Event> events;
  std::uint64_t offset = 0;  ///< the byte after the last whole line that was read
  std::int64_t skipped = 0;  ///< whole lines among them that are no event: torn by a full disk, or foreign
  bool more = false;         ///< the limit ended it; the file went on when it was read
};

/// Bytes of a line of events.jsonl: an event of facts names every source of a run's text, others are far shorter.
constexpr std::size_t kLongestLine = 32 << 20;
/// Metrics of one line.
constexpr std::size_t kMostMetrics = 50'000;
/// Lines of one piece of events that may be none: a full disk tears some, and newer programs may write others.
constexpr std::int64_t kMostSkipped = 100'000;

/// Reads whole lines from `offset` on, of at least one line and up to about `limit` bytes; a last line without its end
/// is left for the next time. The batch's offset equals `offset` when there was nothing. A missing file is an empty
/// one. Throws Error (store) when the file cannot be read, is no regular one, has a line longer
/// than kLongestLine, or more lines than kMostSkipped that are no event.
EventBatch read_events(const std::filesystem::path& events_file, std::uint64_t offset, std::size_t limit = 8 << 20);

/// Hands over all events of a file, piece by piece, and returns how many whole lines are no event. Throws as
/// read_events() does.
std::int64_t for_each_event(const std::filesystem::path& events_file, const std::function<void(const Event&)>& take);

}  // namespace folio::runs
