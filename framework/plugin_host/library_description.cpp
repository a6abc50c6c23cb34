#include "plugin_host/library_description.h"

#include <fmt/format.h>

#include <optional>
#include <system_error>

#include "formats/description_json.h"
#include "formats/strict_json.h"
#include "plugin_host/option_names.h"
#include "support/child_process.h"
#include "support/error.h"
#include "support/files.h"
#include "support/human.h"

namespace folio::plugin_host {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uintmax_t kMostDescriptionBytes = 4 << 20;

/// What is known of one library before it is described.
struct Subject {
  fs::path library;
  BuildStamp stamp;
  std::string hash;
};

[[noreturn]] void fail(const Subject& subject, const std::string& reason) {
  throw Error(ErrorKind::plugin, fmt::format("{}: {}", subject.library.string(), reason));
}

/// The file's JSON; null where there is no such file or it is no JSON.
json read_json(const fs::path& path) {
  std::error_code error;
  if (path.empty() || !fs::is_regular_file(path, error)) return nullptr;
  const std::string text = read_file(path, ErrorKind::plugin, kMostDescriptionBytes);
  try {
    return parse_strict_json(text, path.string(), {.kind = ErrorKind::plugin});
  } catch (const Error&) {
    return nullptr;
  }
}

/// The description when it is one of this very library; none where it is out of date, of another version of Folio or
/// damaged, since it can be had anew.
std::optional<PluginDescription> description_of(const Subject& subject, const json& source) {
  if (!source.is_object() || source.value("library_hash", json()) != subject.hash) return std::nullopt;
  try {
    PluginDescription description = plugin_description_from_json(source);
    if (description.id != subject.stamp.id || to_string(description.kind) != subject.stamp.kind) return std::nullopt;
    if (problem_with_names(description.kind, description.options)) return std::nullopt;
    description.library = subject.library.string();
    return description;
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// Puts the answer into the cache; what stood in the way, else empty.
std::string keep(const fs::path& cache_file, const json& answer) {
  if (cache_file.empty()) return "";
  try {
    make_directories(cache_file.parent_path(), ErrorKind::plugin);
    write_file_atomically(cache_file, answer.dump(2) + "\n", ErrorKind::plugin);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

/// The end of what a child wrote to standard error, where it usually says why it died.
std::string last_line(std::string text) {
  text.erase(text.find_last_not_of(" \t\r\n") + 1);
  const std::size_t end_of_previous = text.find_last_of('\n');  // npos + 1 is 0
  const std::size_t begin = text.find_first_not_of(" \t", end_of_previous + 1);
  return begin == std::string::npos ? "" : text.substr(begin);
}

/// What a child that gave no answer died of.
std::string verdict_on(const ChildOutput& child, std::chrono::milliseconds timeout) {
  if (child.timed_out) return fmt::format("did not finish loading within {} s", significant(timeout.count() / 1000.0));
  std::string verdict = child.status.signal != 0 ? "crashed when it was loaded: the process "
                                                 : "ended the process when it was loaded: it ";
  verdict += child.status.to_text();
  const std::string said = last_line(child.errors);
  return said.empty() ? verdict : fmt::format("{}; its last message was \"{}\"", verdict, said);
}

[[noreturn]] void fail_with_kept_verdict(const Subject& subject, const std::string& verdict,
                                         const fs::path& cache_file) {
  fail(subject, fmt::format("{}; it will not be loaded again until it changes (to try anyway, remove {})", verdict,
                            cache_file.string()));
}

LibraryDescription describe_in_child(const Subject& subject, const DescribeSettings& settings,
                                     const fs::path& cache_file) {
  const ChildOutput child =
      run_child(settings.program, {subject.library.string(), "--hash", subject.hash}, settings.timeout);
  const json answer = json::parse(child.output, nullptr, false);
  const bool whole = !child.timed_out && child.status.signal == 0 && answer.is_object();
  if (whole && answer.contains("problem")) throw Error(ErrorKind::plugin, answer["problem"].get<std::string>());
  if (!whole || !child.status.success()) {
    const std::string verdict = verdict_on(child, settings.timeout);
    const std::string not_kept = keep(cache_file, {{"problem", verdict}, {"library", subject.library.string()}});
    if (cache_file.empty() || !not_kept.empty()) fail(subject, verdict);
    fail_with_kept_verdict(subject, verdict, cache_file);
  }
  const auto description = description_of(subject, answer);
  if (!description) fail(subject, "changed while it was being described; try again");
  return {*description, keep(cache_file, answer)};
}

}  // namespace

LibraryDescription describe_library(const fs::path& library, const BuildStamp& stamp, const std::string& hash,
                                    const DescribeSettings& settings) {
  const Subject subject{library, stamp, hash};
  if (auto beside = description_of(subject, read_json(library.string() + ".json"))) return {*beside, ""};

  const fs::path cache_file = settings.cache_folder.empty() ? fs::path()  //
                                                            : settings.cache_folder / (subject.hash + ".json");
  const json kept = read_json(cache_file);
  if (kept.is_object() && kept.contains("problem") && kept["problem"].is_string())
    fail_with_kept_verdict(subject, kept["problem"].get<std::string>(), cache_file);
  if (auto known = description_of(subject, kept)) return {*known, ""};
  return describe_in_child(subject, settings, cache_file);
}

}  // namespace folio::plugin_host
