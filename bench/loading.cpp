// Times the loading of a model folder, and measures the memory that it takes: GPT-2 small, 498 MB in float32.
//
//   usage: folio_bench_loading FOLDER [ROUNDS]
//
// Without weights in the folder it first writes random ones, so that the file is in the system's cache.

#include "train/loading.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "gpt.h"
#include "train/saving.h"

namespace {

using folio::Gpt;

Gpt make_model() { return Gpt(folio::OptionValues(Gpt::options(), {{"vocab_size", std::int64_t{50257}}})); }

/// Peak resident size since the last call, in MB.
double peak_megabytes() {
  std::ifstream status("/proc/self/status");
  double kilobytes = 0;
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) std::istringstream(line.substr(6)) >> kilobytes;
  std::ofstream("/proc/self/clear_refs") << "5";  // begins anew
  return kilobytes * 1024 / 1e6;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return std::fprintf(stderr, "usage: folio_bench_loading FOLDER [ROUNDS]\n"), 2;
  const std::filesystem::path folder = argv[1];
  if (!std::filesystem::exists(folder / folio::kWeightsFile)) {
    Gpt model = make_model();
    model.initialize();
    folio::train::save_model(model, folder);
  }
  double bytes = 0;
  const folio::ModelWeights stored(folder);
  for (const auto& tensor : stored.tensors()) bytes += static_cast<double>(tensor.entry.bytes);
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
  for (int round = 0; round < rounds; ++round) {
    Gpt model = make_model();
    peak_megabytes();
    const double before = peak_megabytes();
    const auto begin = std::chrono::steady_clock::now();
    const folio::ModelWeights weights(folder);
    folio::train::load_weights(folio::train::match_weights(model.parameters(), weights, Gpt::hugging_face()), weights);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    std::printf("%.0f MB stored: %.3f s, %.0f MB more at the peak\n", bytes / 1e6, seconds.count(),
                peak_megabytes() - before);
  }
}
