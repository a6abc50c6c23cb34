#include "worker/initial_weights.h"

#include <future>

#include "folio/error.h"
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

}  // namespace

void check_initial_weights(const Model& model, const WeightsSource& source) {
  of_experiment([&] {
    train::match_weights(train::base_parameters(model), ModelWeights(source.folder), source.saved_from);
    if (source.adapters) train::load_adapters(model, *source.adapters);
  });
}

InitialWeights load_initial_weights(Model& model, const WeightsSource& source) {
  return of_experiment([&] {
    const ModelWeights weights(source.folder);
    const train::WeightsMatch match = train::match_weights(train::base_parameters(model), weights, source.saved_from);
    std::future<std::string> hash = std::async(std::launch::async, [&] { return weights.hash(); });
    train::load_weights(match, weights);
    if (source.adapters) train::load_adapters(model, *source.adapters);
    return InitialWeights{source.folder.string(), hash.get(), sha256_file(source.folder / "config.json"), match.notes};
  });
}

}  // namespace folio::worker
