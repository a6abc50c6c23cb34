// How fast the data set jsonl reads: MB/s of each file given, the best of three passes.
//
//   ninja -C build folio_bench_jsonl && build/bin/folio_bench_jsonl FILE.jsonl...

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "folio/error.h"
#include "jsonl/jsonl.h"

int main(int count, char** arguments) try {
  using Clock = std::chrono::steady_clock;
  for (int i = 1; i < count; ++i) {
    const std::string file = arguments[i];
    const folio::jsonl::Jsonl dataset(
        folio::OptionValues(folio::jsonl::options(), {{"files", std::vector<std::string>{file}}}),
        {std::filesystem::current_path()});
    double best = 0;
    std::size_t texts = 0;
    for (int pass = 0; pass < 3; ++pass) {
      texts = 0;
      const auto begin = Clock::now();
      dataset.read([&](const folio::Document&) { ++texts; });
      const std::chrono::duration<double> time = Clock::now() - begin;
      best = std::max(best, static_cast<double>(std::filesystem::file_size(file)) / 1e6 / time.count());
    }
    fmt::print("{}: {} texts, {:.0f} MB/s\n", file, texts, best);
  }
  return 0;
} catch (const folio::Error& error) {
  fmt::print(stderr, "{}\n", error.what());
  return 1;
}
