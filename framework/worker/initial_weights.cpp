#include "worker/initial_weights.h"

#include <future>
#include <system_error>
#include <utility>
#include <variant>

#include "folio/error.h"
#include "formats/adapter_config.h"
#include "formats/model_config.h"
#include "runs/record/events.h"
#include "runs/record/facts.h"
#include "runs/record/run_folder.h"
#include "support/sha256.h"
#include "train/fine_tuning.h"
#include "train/saving/adapter_files.h"
#include "train/saving/loading.h"

namespace folio::worker {
namespace {

namespace fs = std::filesystem;

/// Whatever is wrong with the folder, it is the experiment that names it.
template <typename Action>
auto of_experiment(const Action& action) {
  try {
    return action();
  } catch (const Error& error) {
    throw Error(ErrorKind::experiment, std::string("model.from: ") + error.what());
  }
}

/// The run whose model or checkpoint the folder is; none where it is nobody's, or lies elsewhere now.
std::optional<runs::RunFolder> run_of(const fs::path& model) {
  std::error_code error;
  for (const fs::path& folder : {model.parent_path(), model.parent_path().parent_path()})
    if (const runs::RunFolder run(folder); fs::is_regular_file(run.info(), error)) return run;
  return std::nullopt;
}

/// Adapters belong to the weights that they were trained on, of which their run knows the hash.
void require_their_base(const fs::path& adapters, const InitialWeights& base) {
  const auto run = run_of(fs::absolute(adapters).lexically_normal());
  if (!run) return;
  nlohmann::json values = nlohmann::json::object();
  runs::for_each_event(run->events(), [&](const runs::Event& event) {
    if (const auto* facts = std::get_if<runs::FactsEvent>(&event.what)) values.update(facts->values);
  });
  runs::require_initial_weights(runs::facts_from_json(values), base.folder, base.weights_hash);
}

/// What is to be known where the adapters name another base than the one that they are put on.
std::optional<std::string> note_on_base(const fs::path& adapters, const fs::path& base) {
  const std::string named = read_adapter_config(adapters).base_model;
  std::error_code error;
  if (named.empty() || fs::weakly_canonical(adapters / named, error) == fs::weakly_canonical(base, error)) return {};
  return (adapters / kAdapterConfigFile).string() + ": base_model_name_or_path is '" + named +
         "', and the adapters are put on " + base.string();
}

train::WeightsMatch match(const Model& model, const ModelWeights& weights, const WeightsSource& source) {
  const bool ties_head = ModelConfig(source.folder / "config.json").ties_head();
  return train::match_weights(train::base_parameters(model), weights, source.saved_from, ties_head);
}

}  // namespace

void check_initial_weights(const Model& model, const WeightsSource& source) {
  of_experiment([&] {
    match(model, ModelWeights(source.folder), source);
    if (source.adapters) train::load_adapters(model, *source.adapters);
  });
}

InitialWeights load_initial_weights(Model& model, const WeightsSource& source) {
  return of_experiment([&] {
    const ModelWeights weights(source.folder);
    const train::WeightsMatch matched = match(model, weights, source);
    std::future<std::string> hash = std::async(std::launch::async, [&] { return weights.hash(); });
    train::load_weights(matched, weights);
    if (source.adapters) train::load_adapters(model, *source.adapters);
    InitialWeights initial{source.folder.string(), hash.get(), sha256_file(source.folder / "config.json"),
                           matched.notes};
    if (source.adapters) {
      require_their_base(*source.adapters, initial);
      if (auto note = note_on_base(*source.adapters, source.folder)) initial.notes.push_back(std::move(*note));
    }
    return initial;
  });
}

}  // namespace folio::worker
