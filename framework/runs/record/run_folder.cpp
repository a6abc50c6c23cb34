#include "runs/record/run_folder.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "formats/json_fault.h"
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

void write_contents(const RunFolder& folder, const RunInfo& info, const std::string& experiment_text,
                    const json& resolved, const std::string& events) {
  // What other programs wrote may not be UTF-8: such bytes become U+FFFD.
  const auto text_of = [](const json& value) {
    return value.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
  };
  write_file_atomically(folder.experiment(), experiment_text, ErrorKind::store);
  write_file_atomically(folder.resolved(), text_of(resolved), ErrorKind::store);
  write_file_atomically(folder.info(), text_of(to_json(info)), ErrorKind::store);
  if (!events.empty()) write_file_atomically(folder.events(), events, ErrorKind::store);
}

json read_json(const fs::path& path) {
  const std::string text = read_file(path, ErrorKind::store, kLimit);
  try {
    return json::parse(text);
  } catch (const json::parse_error& error) {  // its bytes count from 1
    throw Error(ErrorKind::store,
                path.string() + ": is not valid JSON: " + json_fault(text, std::max<std::size_t>(error.byte, 1) - 1));
  } catch (const json::exception& error) {  // a number that is too large
    throw Error(ErrorKind::store, path.string() + ": is not valid JSON: " + json_reason(error));
  }
}

template <typename T>
void put_unless_empty(json& target, const char* key, const T& value) {
  if (!value.empty()) target[key] = value;
}

}  // namespace

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
    FileDescriptor lock = lock_file(unfinished->folder().info());
    if (unfinished->put_in_place()) return {info, RunFolder(runs_folder(results) / info.id), std::move(lock)};
  }
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
  }
  return result;
}

RunInfo run_info_from_json(const json& source) {
  RunInfo info;
  info.id = source.at("id").get<std::string>();
  info.name = without_controls(source.at("name").get<std::string>());
  info.created = source.value("created", "");
  info.command = source.value("command", info.command);
  info.experiment_file = source.value("experiment_file", "");
  info.overrides = source.value("overrides", info.overrides);
  info.origins = source.value("origins", info.origins);
  info.plugins = plugin_builds_from_json(source.value("plugins", json::array()));
  if (source.contains("runner")) info.runner = process_from_json(source["runner"]);
  info.folio_version = source.value("folio_version", "");
  info.git_commit = source.value("git_commit", "");
  info.note = without_controls(source.value("note", ""), /*keep_lines=*/true);
  if (source.contains("imported")) {
    const json& origin = source["imported"];
    info.imported = ImportOrigin{origin.at("format").get<std::string>(), origin.at("from").get<std::string>(),
                                 origin.at("content").get<std::string>()};
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

std::vector<PluginBuild> plugin_builds_from_json(const json& source) {
  std::vector<PluginBuild> plugins;
  for (const json& plugin : source) {
    plugins.push_back({plugin.at("kind").get<std::string>(), plugin.at("id").get<std::string>(),
                       plugin.at("version").get<std::string>(), plugin.at("library").get<std::string>(),
                       plugin.at("library_hash").get<std::string>()});
  }
  return plugins;
}

RunInfo read_run_info(const RunFolder& folder) {
  const json source = read_json(folder.info());
  try {
    if (const int format = source.at("format").get<int>(); format > kFormat) {
      throw Error(ErrorKind::store,
                  fmt::format("{}: has format {}, but this Folio reads formats up to {}; a newer Folio wrote it",
                              folder.info().string(), format, kFormat));
    }
    return run_info_from_json(source);
  } catch (const json::exception& error) {
    throw Error(ErrorKind::store, folder.info().string() + ": does not describe a run: " + json_reason(error));
  }
}

json read_resolved(const RunFolder& folder) {
  json resolved = read_json(folder.resolved());
  if (!resolved.is_object()) throw Error(ErrorKind::store, folder.resolved().string() + ": expected a JSON object");
  return resolved;
}

}  // namespace folio::runs
