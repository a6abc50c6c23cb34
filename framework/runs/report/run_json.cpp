#include "runs/report/run_json.h"

#include "formats/description_json.h"

namespace folio::runs {

using nlohmann::json;

json to_json(const RunSummary& run) {
  json result{{"id", run.id}, {"name", run.name}, {"state", to_string(run.state)}, {"model", run.model}};
  result["created"] = run.created.empty() ? json() : json(run.created);
  if (!run.experiment_file.empty()) result["experiment_file"] = run.experiment_file;
  if (run.error) result["error"] = {{"kind", to_string(run.error->kind)}, {"message", run.error->message}};
  if (!run.elsewhere.empty()) result["elsewhere"] = run.elsewhere;
  if (!run.other_folder.empty()) result["other_folder"] = run.other_folder;
  if (!run.tags.empty()) result["tags"] = run.tags;
  if (!run.note.empty()) result["note"] = run.note;
  result["metrics"] = json::object();
  for (const auto& [name, value] : run.metrics) result["metrics"][name] = number_to_json(value);
  return result;
}

json to_json(const Run& run) {
  json result = to_json(run.summary);
  result["settings"] = run.settings;
  result["origins"] = run.info.origins;
  result["facts"] = run.facts;
  result["environment"] = run.environment;
  result["sessions"] = run.sessions;
  result["plugins"] = to_json(run.info.plugins);
  result["command"] = run.info.command;
  result["overrides"] = run.info.overrides;
  result["folio_version"] = run.info.folio_version;
  result["git_commit"] = run.info.git_commit;
  result["note"] = run.summary.note;
  if (run.info.imported) {
    result["imported"] = {{"format", run.info.imported->format},
                          {"from", run.info.imported->from},
                          {"content", run.info.imported->content}};
    if (!run.info.imported->name.empty()) result["imported"]["name"] = run.info.imported->name;
  }
  result["folder"] = run.folder.path().string();
  result["skipped_lines"] = run.skipped_lines;
  if (run.sample)
    result["sample"] = {{"step", run.sample->step}, {"prompt", run.sample->prompt}, {"text", run.sample->text}};
  return result;
}

}  // namespace folio::runs
