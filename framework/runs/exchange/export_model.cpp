#include "runs/exchange/export_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <system_error>

#include "formats/adapter_merge.h"
#include "formats/model_weights.h"
#include "formats/strict_json.h"
#include "runs/record/facts.h"
#include "runs/report/model_card.h"
#include "support/atomic_folder.h"
#include "support/files.h"
#include "support/human.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kConfig = "config.json";
constexpr const char* kGenerationConfig = "generation_config.json";

/// The model's config.json with the type that its weights are written in.
std::string config_of(const fs::path& model, WeightType type) {
  const fs::path path = model / kConfig;
  json config = parse_strict_json(read_file(path, ErrorKind::store), path.string(), {.kind = ErrorKind::store});
  JsonPart(config, path.string(), ErrorKind::store).expect_object();
  config["dtype"] = config["torch_dtype"] = to_string(type);
  return config.dump(2) + "\n";
}

/// All files of the model's folder that are taken as they are: the tokenizer's, and what a plugin may have added.
std::vector<fs::path> other_files(const fs::path& model) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator entry(model, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (entry->symlink_status().type() == fs::file_type::regular && name.find(".tmp") == name.npos &&
        name != kWeightsFile && name != kConfig && name != kModelCard && name != kAdapterWeightsFile &&
        name != kAdapterConfigFile)
      files.push_back(entry->path());
  }
  if (error) throw Error(ErrorKind::store, model.string() + ": cannot be read: " + error.message());
  std::sort(files.begin(), files.end());
  return files;
}

/// A file of a base's weights with a run's adapters in them, which is gone when this is.
struct Merged {
  Merged(const Run& run, const fs::path& folder) : file(folder / "merging.safetensors") {
    const AdapterFolder adapters(run.folder.model());
    base = adapters.config().base_model;
    require_initial_weights(facts_from_json(run.facts), base, ModelWeights(base).hash());
    write_merged_weights(base, adapters, file);
  }
  ~Merged() {
    std::error_code ignored;
    fs::remove(file, ignored);
  }
  Merged(const Merged&) = delete;
  Merged& operator=(const Merged&) = delete;

  fs::path base, file;
};

/// Before minutes are spent on writing what cannot fit.
void require_room(const fs::path& folder, std::uint64_t bytes) {
  std::error_code error;
  const fs::space_info space = fs::space(folder, error);
  if (error || space.available >= bytes) return;
  throw Error(ErrorKind::store,
              fmt::format("{}: the model takes {}, and {} are free on its disk", folder.parent_path().string(),
                          human_bytes(static_cast<double>(bytes)), human_bytes(static_cast<double>(space.available))));
}

}  // namespace

void require_model(const Run& run, bool merge) {
  std::error_code error;
  const fs::path model = run.folder.model();
  const bool adapted = fs::is_regular_file(model / kAdapterConfigFile, error);
  if (!is_active(run.summary.state) && adapted != merge && (adapted || fs::is_regular_file(model / kConfig, error))) {
    throw Error(ErrorKind::usage,
                "run " + run.summary.id +
                    (adapted ? " has adapters alone, in " + model.string() +
                                   ", which peft opens: expected --merge, for a model with these merged into the "
                                   "weights that they are for"
                             : " has no adapters to --merge, but a whole model in " + model.string()));
  }
  const bool whole =
      adapted ? fs::is_regular_file(model / kAdapterWeightsFile, error)
              : fs::is_regular_file(model / kWeightsFile, error) && fs::is_regular_file(model / kConfig, error);
  if (whole && !is_active(run.summary.state)) return;
  throw Error(ErrorKind::usage,
              fmt::format("run {} has no model to export; it is {} (--format json exports what it recorded)",
                          run.summary.id, to_string(run.summary.state)));
}

WrittenWeights export_model(const Run& run, const fs::path& to, bool merge, const WeightLayout& layout,
                            const std::function<void(double done, double total)>& progress) {
  require_model(run, merge);
  const fs::path model = run.folder.model();
  AtomicFolder folder(to, ErrorKind::store);
  std::optional<Merged> merged;
  if (merge) merged.emplace(run, folder.path());
  const fs::path base = merge ? merged->base : model;
  const SafetensorsFile weights(merge ? merged->file : model / kWeightsFile);
  merged.reset();  // what is open stays
  require_room(folder.path(), bytes_of_weights(weights, layout.type));
  write_file_atomically(folder.path() / kConfig, config_of(base, layout.type), ErrorKind::store);
  std::vector<fs::path> others = other_files(model);
  if (merge && fs::exists(base / kGenerationConfig)) others.push_back(base / kGenerationConfig);
  for (const fs::path& file : others)
    write_file_atomically(folder.path() / file.filename(), read_file(file, ErrorKind::store), ErrorKind::store);
  write_model_card(run, folder.path());
  WrittenWeights written =
      write_weights(weights, (base / kWeightsFile).string(), folder.path(), layout, ErrorKind::store, progress);
  folder.commit();
  return written;
}

}  // namespace folio::runs
