#include "worker/initial_weights.h"

#include "folio/error.h"
#include "support/sha256.h"
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

std::string hash_of(const std::vector<fs::path>& files) {
  if (files.size() == 1) return sha256_file(files.front());
  std::string lines;
  for (const fs::path& file : files) lines += sha256_file(file) + "  " + file.filename().string() + "\n";
  return sha256_hex(lines);
}

}  // namespace

void check_initial_weights(const Model& model, const fs::path& folder, const HuggingFaceClass& saved_from) {
  of_experiment([&] { train::match_weights(model.parameters(), ModelWeights(folder), saved_from); });
}

InitialWeights load_initial_weights(Model& model, const fs::path& folder, const HuggingFaceClass& saved_from) {
  return of_experiment([&] {
    const ModelWeights weights(folder);
    const train::WeightsMatch match = train::match_weights(model.parameters(), weights, saved_from);
    train::load_weights(match, weights);
    return InitialWeights{folder.string(), hash_of(weights.files()), sha256_file(folder / "config.json"), match.notes};
  });
}

}  // namespace folio::worker
