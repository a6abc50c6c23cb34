#include "runs/record/run_folder.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <limits>
#include <system_error>

#include "runs/record/json_values.h"
#include "runs/record/process_json.h"
#include "runs/record/run_lock.h"
#include "runs/record/unfinished_run.h"
#include "support/error.h"
#include "support/files.h"
#include "support/random_hex.h"
#include "support/utf8.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kFormat = 1;
constexpr std::uintmax_t kLimit = 16 << 20;  // run.json and resolved.json are a few kilobytes

std::string utc_now() {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                     (now - seconds).count());
}

/// Takes the disk's blocks now: whoever finds no room for a run's last events gives them up.
void make_reserve(const fs::path& path) {
  constexpr off_t kBytes = 64 << 10;
  const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  errno = file ? ::posix_fallocate(file.get(), 0, kBytes) : errno;
  if (errno != 0) throw_errno(ErrorKind::store, path, "cannot be written to");
}

// What other programs wrote may not be UTF-8: such bytes become U+FFFD.
std::string text_of(const json& value) { return value.dump(2, ' ', false, json::error_handler_t::replace) + "\n"; }

void write_contents(const RunFolder& folder, const RunInfo& info, const std::string& experiment_text,
                    const json& resolved, const std::string& events) {
  write_file_atomically(folder.experiment(), experiment_text, ErrorKind::store);
  write_resolved(folder, resolved);
  write_file_atomically(folder.info(), text_of(to_json(info)), ErrorKind::store);
  events.empty() ? make_reserve(folder.reserve()) : write_file_atomically(folder.events(), events, ErrorKind::store);
  // What is beyond the limits of readers fails here, and not in every later command.
  read_run_info(folder);
  read_resolved(folder);
}

json read_json(const fs::path& path) {
  return parse_strict_json(read_file(path, ErrorKind::store, kLimit), path.string(), {ErrorKind::store, kDeepestJson});
}

/// A text in one line, or several; empty where it is not there.
std::string text_of(const JsonPart& part, const char* key, std::size_t longest, bool keep_lines = false) {
  if (!part.has(key)) return "";
  const std::string& text = part.at(key).text();
  if (text.size() > longest)
    part.at(key).fail("has " + std::to_string(text.size()) + " bytes, expected at most " + std::to_string(longest));
  return without_controls(text, keep_lines);
}

std::vector<std::string> texts_of(const JsonPart& part, const char* key) {
  std::vector<std::string> texts;
  if (part.has(key)) part.at(key).for_each([&](const JsonPart& item) { texts.push_back(item.text()); });
  return texts;
}

std::map<std::string, std::string> origins_of(const JsonPart& part) {
  std::map<std::string, std::string> origins;
  if (!part.has("origins")) return origins;
  const JsonPart given = part.at("origins");
  given.expect_object();
  for (const auto& [key, value] : given.value().items()) origins[key] = given.at(key).text();
  return origins;
}

/// Values by dotted key, as flat_settings() counts them.
std::size_t count_settings(const json& value) {
  if (!value.is_object()) return 1;
  std::size_t count = 0;
  for (const auto& [key, inner] : value.items()) count += count_settings(inner);
  return count;
}

template <typename T>
void put_unless_empty(json& target, const char* key, const T& value) {
  if (!value.empty()) target[key] = value;
}

}  // namespace

bool is_run_id(std::string_view name) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  constexpr std::size_t kLongest = 64;
  return !name.empty() && name.size() <= kLongest && kLetters.find(name.front()) != kLetters.npos &&
         name.find_first_not_of(std::string(kLetters) + "._-") == name.npos;
}

fs::path runs_folder(const fs::path& results) { return results / "runs"; }

NewRun create_run(const fs::path& results, RunInfo info, const std::string& experiment_text, const json& resolved,
                  const std::string& events) {
  if (info.created.empty()) info.created = utc_now();
  if (!info.experiment_file.empty())
    info.experiment_file = fs::absolute(info.experiment_file).lexically_normal().string();
  for (;; info.id.clear()) {
    if (info.id.empty()) info.id = random_hex(kRunIdDigits);
    auto unfinished = UnfinishedRun::make(results, info.id);
    if (!unfinished) continue;
    write_contents(unfinished->folder(), info, experiment_text, resolved, events);
    FileDescriptor lock = lock_run(unfinished->folder());
    if (unfinished->put_in_place()) return {info, RunFolder(runs_folder(results) / info.id), std::move(lock)};
  }
}

void prepare_to_resume(const RunFolder& folder) {
  remove_left_over(folder);
  std::error_code ignored;
  fs::remove(folder.stop(), ignored);
  make_reserve(folder.reserve());
}

void write_resolved(const RunFolder& folder, const json& resolved) {
  write_file_atomically(folder.resolved(), text_of(resolved), ErrorKind::store);
}

void remove_left_over(const RunFolder& folder) {
  std::error_code ignored;
  fs::remove(folder.reserve(), ignored);
  remove_abandoned_files(folder.path());
  remove_abandoned_files(folder.model());
  for (fs::directory_iterator entry(folder.checkpoints(), ignored), end; !ignored && entry != end;
       entry.increment(ignored))
    remove_abandoned_files(entry->path());
}

json to_json(const RunInfo& info) {
  json result{{"format", kFormat}, {"id", info.id}, {"name", info.name}};
  put_unless_empty(result, "created", info.created);
  put_unless_empty(result, "command", info.command);
  put_unless_empty(result, "experiment_file", info.experiment_file);
  put_unless_empty(result, "overrides", info.overrides);
  put_unless_empty(result, "origins", info.origins);
  if (!info.plugins.empty()) result["plugins"] = to_json(info.plugins);
  if (info.runner) result["runner"] = to_json(*info.runner);
  put_unless_empty(result, "folio_version", info.folio_version);
  put_unless_empty(result, "git_commit", info.git_commit);
  put_unless_empty(result, "note", info.note);
  if (info.imported) {
    result["imported"] = {
        {"format", info.imported->format}, {"from", info.imported->from}, {"content", info.imported->content}};
    put_unless_empty(result["imported"], "name", info.imported->name);
  }
  return result;
}

RunInfo run_info_from_json(const JsonPart& part) {
  constexpr std::size_t kLongestText = 64 << 10;
  RunInfo info;
  info.id = part.at("id").text();
  part.at("name");  // an empty one is a name, but none is not
  info.name = text_of(part, "name", kLongestName);
  info.created = text_of(part, "created", 64);
  info.command = texts_of(part, "command");
  info.experiment_file = text_of(part, "experiment_file", kLongestText);
  info.overrides = texts_of(part, "overrides");
  info.origins = origins_of(part);
  if (part.has("plugins")) info.plugins = plugin_builds_from_json(part.at("plugins"));
  if (part.has("runner")) info.runner = process_from_json(part.at("runner"));
  info.folio_version = text_of(part, "folio_version", kLongestText);
  info.git_commit = text_of(part, "git_commit", kLongestText);
  info.note = text_of(part, "note", kLongestNote, /*keep_lines=*/true);
  if (part.has("imported")) {
    const JsonPart origin = part.at("imported");
    info.imported = ImportOrigin{origin.at("format").text(), origin.at("from").text(), origin.at("content").text(),
                                 text_of(origin, "name", kLongestName)};
  }
  return info;
}

json to_json(const std::vector<PluginBuild>& plugins) {
  json list = json::array();
  for (const PluginBuild& plugin : plugins) {
    list.push_back({{"kind", plugin.kind},
                    {"id", plugin.id},
                    {"version", plugin.version},
                    {"library", plugin.library},
                    {"library_hash", plugin.library_hash}});
  }
  return list;
}

std::vector<PluginBuild> plugin_builds_from_json(const JsonPart& part) {
  std::vector<PluginBuild> plugins;
  part.for_each([&](const JsonPart& plugin) {
    plugins.push_back({plugin.at("kind").text(), plugin.at("id").text(), plugin.at("version").text(),
                       plugin.at("library").text(), plugin.at("library_hash").text()});
  });
  return plugins;
}

RunInfo read_run_info(const RunFolder& folder) {
  const json source = read_json(folder.info());
  const JsonPart part(source, folder.info().string() + ": ", ErrorKind::store);
  if (const auto format = part.at("format").integer(1, std::numeric_limits<std::int64_t>::max()); format > kFormat) {
    throw Error(ErrorKind::store,
                fmt::format("{}: has format {}, but this Folio reads formats up to {}; a newer Folio wrote it",
                            folder.info().string(), format, kFormat));
  }
  return run_info_from_json(part);
}

json read_resolved(const RunFolder& folder) {
  json resolved = read_json(folder.resolved());
  JsonPart(resolved, folder.resolved().string() + ": ", ErrorKind::store).expect_object();
  if (const std::size_t count = count_settings(resolved); count > kMostSettings) {
    throw Error(ErrorKind::store, fmt::format("{}: has {} settings, expected at most {}", folder.resolved().string(),
                                              count, kMostSettings));
  }
  return resolved;
}

const std::vector<std::string>& experiment_sections() {
  static const std::vector<std::string> sections{"dataset", "tokenizer", "model", "training"};
  return sections;
}

void require_sections(const json& settings, const RunInfo& info, const RunFolder& folder) {
  const JsonPart part(settings, folder.resolved().string() + ": ", ErrorKind::store);
  for (const std::string& section : experiment_sections())
    if (part.has(section) && (!info.imported || part.at(section).value().is_array())) part.at(section).expect_object();
}

}  // namespace folio::runs
