// Times the loading of a model folder and measures the memory that it takes: GPT-2 small, 498 MB in float32.
//
//   usage: folio_bench_loading write FOLDER      random weights, after which the file is in the system's cache
//          folio_bench_loading FOLDER            one load; again for another, since memory that is freed is kept
//
// On a machine that is busy, the processor's time tells more than the clock.

#include "train/loading.h"

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <string>

#include "gpt.h"
#include "train/saving.h"

namespace {

using folio::Gpt;

Gpt make_model() { return Gpt(folio::OptionValues(Gpt::options(), {{"vocab_size", std::int64_t{50257}}})); }

/// Peak resident size so far, in MB.
double peak_megabytes() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_maxrss) * 1024 / 1e6;
}

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

void write(const std::filesystem::path& folder) {
  Gpt model = make_model();
  model.initialize();
  folio::train::save_model(model, folder);
}

void load(const std::filesystem::path& folder) {
  Gpt model = make_model();
  const double megabytes = peak_megabytes(), processor = processor_seconds();
  const auto begin = std::chrono::steady_clock::now();
  const folio::ModelWeights weights(folder);
  folio::train::load_weights(folio::train::match_weights(model.parameters(), weights, Gpt::hugging_face()), weights);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  double bytes = 0;
  for (const auto& tensor : weights.tensors()) bytes += static_cast<double>(tensor.entry.bytes);
  std::printf("%.0f MB: %.3f s, %.3f s of the processor, %.0f MB more at the peak\n", bytes / 1e6, seconds.count(),
              processor_seconds() - processor, peak_megabytes() - megabytes);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::string(argv[1]) == "write") return write(argv[2]), 0;
  if (argc == 2) return load(argv[1]), 0;
  return std::fprintf(stderr, "usage: folio_bench_loading [write] FOLDER\n"), 2;
}
