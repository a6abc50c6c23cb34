#include <nlohmann/json.hpp>

#include "runs/query/label.h"
#include "runs/report/run_json.h"
#include "serve/api.h"
#include "serve/parameters.h"
#include "serve/run_files.h"
#include "support/error.h"

namespace folio::serve {
namespace {

using nlohmann::json;

/// The run's folder, where it can be read from here.
const std::filesystem::path& readable_folder(const runs::Run& run) {
  try {
    runs::require_folder(run);
  } catch (const Error& error) {
    throw HttpError(404, error.what());
  }
  return run.folder.path();
}

std::optional<std::string> text_member(const json& object, const char* key) {
  const auto member = object.find(key);
  if (member == object.end()) return std::nullopt;
  if (!member->is_string()) throw HttpError(400, std::string("'") + key + "' has to be a text");
  return member->get<std::string>();
}

std::vector<std::string> texts_member(const json& object, const char* key) {
  std::vector<std::string> texts;
  const auto member = object.find(key);
  if (member == object.end()) return texts;
  if (!member->is_array()) throw HttpError(400, std::string("'") + key + "' has to be a list of texts");
  for (const json& text : *member) {
    if (!text.is_string()) throw HttpError(400, std::string("'") + key + "' has to be a list of texts");
    texts.push_back(text.get<std::string>());
  }
  return texts;
}

runs::LabelEvent label_in(const std::string& body) {
  const json object = json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) throw HttpError(400, "expected a JSON object with name, note, tags or untags");
  for (const auto& [key, value] : object.items())
    if (key != "name" && key != "note" && key != "tags" && key != "untags")
      throw HttpError(400, "expected a JSON object with name, note, tags or untags alone");
  runs::LabelEvent label{text_member(object, "name"), text_member(object, "note"), texts_member(object, "tags"),
                         texts_member(object, "untags")};
  if (!label.name && !label.note && label.tags.empty() && label.untags.empty())
    throw HttpError(400, "there is no label in the request: expected name, note, tags or untags");
  return label;
}

}  // namespace

Response Api::show(const std::string& id) {
  const runs::Run run = load(id);
  json answer = runs::to_json(run);
  const KnownRuns known = watch_.known();
  const auto live = known.live->find(run.summary.id);
  if (live != known.live->end() && runs::is_active(live->second.summary.state))
    answer["progress"] = progress_json(live->second.progress);
  return json_response(std::move(answer));
}

Response Api::log(const std::string& id, const Target& target) {
  require_known_parameters(target, {"from"});
  constexpr std::int64_t kFarthest = std::int64_t{1} << 53;
  const std::int64_t from = number_parameter(target, "from", 0, -kFarthest, kFarthest);
  const runs::Run run = load(id);
  OpenFile log;
  try {
    log = open_below(readable_folder(run), {run.folder.log().filename().string()});
  } catch (const HttpError& error) {
    // One that has not begun has written nothing, which is no error.
    std::error_code unknown;
    if (error.status() != 404 || !std::filesystem::exists(run.folder.path(), unknown)) throw;
    return json_response({{"text", ""}, {"from", 0}, {"to", 0}, {"size", 0}});
  }
  const TextPart part = read_text(log, from);
  return json_response({{"text", part.text}, {"from", part.from}, {"to", part.to}, {"size", part.size}});
}

Response Api::samples(const std::string& id) {
  const runs::Run run = load(id);
  readable_folder(run);
  json list = json::array();
  for (const runs::Sample& sample : samples_.samples(run.folder))
    list.push_back({{"step", sample.step}, {"prompt", sample.prompt}, {"text", sample.text}});
  return json_response({{"samples", std::move(list)}});
}

Response Api::files(const std::string& id) {
  const runs::Run run = load(id);
  const FileList found = files_below(readable_folder(run));
  json list = json::array();
  for (const ListedFile& file : found.files) list.push_back({{"path", file.path}, {"bytes", file.bytes}});
  return json_response({{"files", std::move(list)}, {"more", found.more}});
}

Response Api::file(const std::string& id, const std::vector<std::string>& parts) {
  const runs::Run run = load(id);
  Response response;
  response.file = open_below(readable_folder(run), parts);
  response.type = "application/octet-stream";
  // Whatever is in it, a browser stores it and shows nothing of it.
  response.headers.emplace_back("Content-Disposition", "attachment; filename*=UTF-8''" + percent_encoded(parts.back()));
  response.headers.emplace_back("Accept-Ranges", "none");
  return response;
}

Response Api::label(const std::string& name, const std::string& body) {
  const runs::LabelEvent label = label_in(body);
  const std::string id = id_of(name);
  const runs::RunSummary run = stores_.with([&](runs::Store& store) { return runs::label_run(store, id, label); });
  watch_.note_change(id);
  return json_response(runs::to_json(run));
}

}  // namespace folio::serve
