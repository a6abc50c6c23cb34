#include "runs/exchange/imported_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "formats/description_json.h"
#include "runs/exchange/folder_files.h"
#include "runs/exchange/read_values.h"
#include "support/error.h"
#include "support/human.h"
#include "support/passwords.h"
#include "support/run_name.h"
#include "support/sha256.h"
#include "support/utf8.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string dumped(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

/// The beginning of a text, of at most so many bytes, in UTF-8 if the text is.
std::string cut(std::string text, std::size_t longest) {
  if (text.size() <= longest) return text;
  while (longest > 0 && is_continuation_byte(text[longest])) --longest;
  text.resize(longest);
  return text;
}

/// The value with no password in its texts.
json without_passwords_in(json value) {
  if (value.is_string()) return without_passwords(value.get_ref<const std::string&>());
  if (value.is_structured())
    for (json& inner : value) inner = without_passwords_in(std::move(inner));
  return value;
}

std::string tag_of(std::string_view text) {
  std::string tag = cut(without_passwords(without_controls(text)), kLongestName);
  for (char& c : tag)
    if (c == ' ' || c == ',') c = '_';
  return tag;
}

bool has_long_name(const std::pair<const std::string, double>& metric) {
  return metric.first.size() > kLongestMetricName;
}

}  // namespace

KnownImports::KnownImports(const fs::path& results) {
  std::error_code error;
  for (fs::directory_iterator entry(runs_folder(results), error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().filename().string().starts_with('.')) continue;
    try {
      const RunInfo info = read_run_info(RunFolder(entry->path()));
      if (info.imported) add(entry->path().filename().string(), *info.imported);
    } catch (const Error&) {
      // A folder that is no run's is what the store names; it was imported from nowhere.
    }
  }
}

std::string KnownImports::same(const ImportOrigin& origin) const {
  const auto [begin, end] = runs_.equal_range(origin.from);
  const auto found = std::find_if(begin, end, [&](const auto& run) { return run.second.first == origin.content; });
  return found == end ? "" : found->second.second;
}

std::string KnownImports::earlier(const ImportOrigin& origin) const {
  const auto found = runs_.find(origin.from);
  return found == runs_.end() ? "" : found->second.second;
}

void KnownImports::add(const std::string& id, const ImportOrigin& origin) {
  runs_.emplace(origin.from, std::pair(origin.content, id));
}

ImportedRun::ImportedRun(std::string format, const fs::path& source) : from(source.string()) {
  report.format = std::move(format);
  info.name = source.filename().string();
  info.note = "imported from " + source.string();
}

void ImportedRun::began(std::optional<double> time) {
  if (const std::string text = iso_time(time); !text.empty()) info.created = text;
}

void ImportedRun::unread(std::string sentence) {
  constexpr std::size_t kMostSentences = 100;
  if (report.unread.size() < kMostSentences)
    report.unread.push_back(std::move(sentence));
  else
    ++more_unread_;
}

void ImportedRun::facts(const json& values) { add({std::nullopt, FactsEvent{without_passwords_in(values)}}); }

void ImportedRun::environment(const json& values) {
  add({std::nullopt, EnvironmentEvent{without_passwords_in(values)}});
}

void ImportedRun::sample(const Sample& sample) { add({std::nullopt, sample}); }

void ImportedRun::tags(const std::vector<std::string>& tags) {
  LabelEvent label;
  for (const std::string& tag : tags)
    if (!tag.empty()) label.tags.push_back(tag_of(tag));
  if (!label.tags.empty()) add({std::nullopt, std::move(label)});
}

void ImportedRun::points(std::int64_t step, std::map<std::string, double> metrics, std::optional<double> time) {
  constexpr std::int64_t kLargest = std::int64_t{1} << 53;  // as in read_events()
  if (step < -kLargest || step > kLargest) {
    ++steps_beyond_;
    return;
  }
  long_names_ += static_cast<std::int64_t>(std::erase_if(metrics, has_long_name));
  PointsEvent event{.step = step, .epoch = std::nullopt, .metrics = std::move(metrics)};
  if (const auto epoch = event.metrics.extract("epoch")) event.epoch = epoch.mapped();
  report.points += static_cast<std::int64_t>(event.metrics.size());
  if (!info.id.empty()) add_points(series_, event, time);
  add({time, std::move(event)});
}

void ImportedRun::summary(std::map<std::string, double> metrics) {
  long_names_ += static_cast<std::int64_t>(std::erase_if(metrics, has_long_name));
  if (!metrics.empty()) add({std::nullopt, SummaryEvent{std::move(metrics)}});
}

void ImportedRun::ended(RunState state, const std::string& reason, std::optional<double> time, ErrorKind kind) {
  StateEvent event{state, std::nullopt, std::nullopt};
  if (state == RunState::failed) event.error = RunError{kind, cut(reason, kLongestNote)};
  add({time, std::move(event)});
}

ImportReport ImportedRun::write(const fs::path& results, KnownImports& known) {
  info.name = cut(without_passwords(without_controls(info.name)), kLongestName);
  info.note = cut(without_passwords(without_controls(info.note, /*keep_lines=*/true)), kLongestNote);
  experiment = without_passwords(experiment);
  settings = without_passwords_in(std::move(settings));
  for (const std::string& section : experiment_sections())  // which are no lists in any run
    if (member(settings, section).is_array()) settings[section] = {{"values", settings[section]}};
  if (steps_beyond_ > 0) unread(fmt::format("{} points of steps beyond 2^53", steps_beyond_));
  if (long_names_ > 0)
    unread(fmt::format("{} values of metrics whose names are longer than {} bytes", long_names_, kLongestMetricName));
  if (more_unread_ > 0) report.unread.push_back(fmt::format("and {} more of the kind", more_unread_));
  ImportOrigin as_read{report.format, replace_invalid_utf8(from), content()};
  take_fitting_name(as_read);
  const std::optional<ImportOrigin> told = info.imported;
  report.id = run_here(results, known);
  if (report.id.empty()) {
    // What came of that origin and is another by now, as a document that a person changed, is of its own origin.
    if (!told || !known.same(*told).empty()) info.imported = as_read;
    if (info.imported->name.empty()) info.imported->name = report.own_name;
    report.id = known.same(as_read);
  }
  report.unchanged = !report.id.empty();
  if (report.unchanged) return report;
  report.earlier = known.earlier(*info.imported);
  report.id = create_run(results, info, experiment, settings, events_).info.id;
  known.add(report.id, *info.imported);
  return report;
}

void ImportedRun::add(const Event& event) {
  const std::string line = to_line(event);
  if (line.size() > kLongestLine)
    return unread(fmt::format("{} in one piece, more than the limit of {}",
                              human_bytes(static_cast<double>(line.size())),
                              human_bytes(static_cast<double>(kLongestLine))));
  events_ += line + "\n";
}
void ImportedRun::take_fitting_name(ImportOrigin& origin) {
  if (problem_with_name(info.name) || may_begin_id(info.name)) {
    origin.name = report.own_name = info.name;
    info.name = name_from(info.name);
  }
  report.name = info.name;
}

std::string ImportedRun::run_here(const fs::path& results, const KnownImports& known) const {
  const RunFolder same_id(runs_folder(results) / info.id);
  if (!info.id.empty() && is_like(same_id, info.created)) return info.id;
  const std::string same_origin = info.imported ? known.same(*info.imported) : "";
  return !same_origin.empty() && is_like(RunFolder(runs_folder(results) / same_origin)) ? same_origin : "";
}

bool ImportedRun::is_like(const RunFolder& folder, const std::optional<std::string>& created) const {
  const auto values = [](const LoggedSeries& series) {
    json all = json::object();
    for (const auto& [name, points] : series)
      for (const auto& [step, point] : points) all[name].push_back({step, number_to_json(point.value)});
    return all;
  };
  try {
    return is_there(folder.info()) && (!created || read_run_info(folder).created == *created) &&
           read_resolved(folder) == settings && values(read_series(folder)) == values(series_);
  } catch (const Error&) {  // a folder that cannot be read is another run
    return false;
  }
}

std::string ImportedRun::content() const {
  RunInfo told = info;
  told.id.clear();
  told.created.clear();
  told.imported.reset();
  Sha256 hash;
  for (const std::string& part : {dumped(to_json(told)), dumped(settings), experiment, events_})
    hash.update(fmt::format("{}\n{}", part.size(), part));
  return hash.hex_digest();
}

}  // namespace folio::runs
