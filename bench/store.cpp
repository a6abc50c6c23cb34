// Measures the store:
//
//   folio_bench_store insert POINTS         enters points of one run in batches, as a sync does; points a second
//   folio_bench_store series POINTS         reads one series of so many points; the median of five readings
//   folio_bench_store fill RESULTS RUNS     makes run folders of 200 points each and enters them, for listing.py
//
// FOLIO_STORE, the address of an empty database on a PostgreSQL server, measures that instead of SQLite.

#include "runs/store/store.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "runs/record/events.h"
#include "runs/store/batch_entry.h"
#include "runs/store/database.h"
#include "runs/store/schema.h"

namespace {

namespace fs = std::filesystem;
using namespace folio::runs;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t kStepsInBatch = 50'000;
constexpr int kPointsOfRun = 200;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (fs::temp_directory_path() / "folio-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error(name + ": cannot be made");
    path_ = name;
  }
  ~ScratchFolder() { fs::remove_all(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// Two points a step: `loss`, and the `epoch` that every logged step has.
std::vector<PointsEvent> steps(std::int64_t first, std::int64_t count) {
  std::vector<PointsEvent> events;
  for (std::int64_t step = first; step < first + count; ++step) {
    const auto x = static_cast<double>(step);
    events.push_back({step, x * 1e-3, {{"loss", 5 + std::sin(x)}}});
  }
  return events;
}

std::string store_url() {
  const char* const url = std::getenv("FOLIO_STORE");
  return url == nullptr ? "" : url;
}

Store open(const fs::path& results) { return Store(results, results / "baselines", store_url()); }

/// Makes a store with one run of `points` points, and returns the seconds that entering them took.
double enter(const fs::path& results, std::int64_t points) {
  RunInfo info;
  info.name = "bench";
  create_run(results, info, "", nlohmann::json::object());
  open(results).sync();
  Database database(store_url().empty() ? sqlite_file(store_file(results)) : postgresql_server(store_url()));
  double seconds = 0;
  database.guarded([&](soci::session& session) {
    for (std::int64_t done = 0; done < points / 2; done += kStepsInBatch) {
      const auto events = steps(done, std::min(kStepsInBatch, points / 2 - done));
      const auto begin = Clock::now();
      WriteTransaction transaction(session);
      MetricIds metric_ids(session);
      BatchEntry entry(session, metric_ids, 1);
      for (const PointsEvent& event : events) entry(event);
      entry.write();
      transaction.commit();
      seconds += seconds_since(begin);
    }
  });
  return seconds;
}

void insert(std::int64_t points) {
  const ScratchFolder scratch;
  const double seconds = enter(scratch.path(), points);
  fmt::print("{} points entered in {:.2f} s: {:.0f} a second\n", points, seconds,
             static_cast<double>(points) / seconds);
}

void series(std::int64_t points) {
  const ScratchFolder scratch;
  enter(scratch.path(), 2 * points);
  Store store = open(scratch.path());
  const std::string id = store.list().at(0).id;
  std::vector<double> times;
  std::size_t read = 0;
  for (int round = 0; round < 5; ++round) {
    const auto begin = Clock::now();
    read = store.points(id, "loss").size();
    times.push_back(seconds_since(begin));
  }
  std::sort(times.begin(), times.end());
  fmt::print("{} points read in {:.3f} s (median of {}; slowest {:.3f} s)\n", read, times[2], times.size(), times[4]);
}

nlohmann::json experiment(int i) {
  return {
      {"name", "bench"},
      {"dataset", {{"type", "textbooks"}, {"books", {"macbeth"}}, {"split", {{"by", "characters"}, {"size", 512}}}}},
      {"tokenizer", {{"type", "bpe"}, {"vocab_size", 1000 * (1 + i % 5)}}},
      {"model", {{"type", "gpt"}, {"hidden_size", 64}, {"num_hidden_layers", 2}, {"num_attention_heads", 4}}},
      {"training", {{"learning_rate", 1e-5 * (1 + i % 20)}, {"num_train_epochs", 3}, {"seed", i}}}};
}

/// A folder as the runner and the worker leave it, without syncing each file to the disk.
void write_run(const fs::path& results, int i) {
  RunInfo info;
  info.id = fmt::format("{:08x}", i);
  info.name = fmt::format("bench-{}", i % 100);
  info.created = fmt::format("2026-01-{:02}T{:02}:{:02}:00.000Z", 1 + i % 28, i / 28 % 24, i / 672 % 60);
  const RunFolder folder(runs_folder(results) / info.id);
  fs::create_directories(folder.path());
  std::ofstream(folder.info()) << to_json(info).dump();
  std::ofstream(folder.resolved()) << experiment(i).dump();
  std::ofstream events(folder.events());
  for (int step = 1; step <= kPointsOfRun / 2; ++step) {
    events << fmt::format(R"({{"type":"points","step":{},"epoch":{},"metrics":{{"loss":{}}}}})", step, step * 0.03,
                          7 - 0.01 * step)
           << "\n";
  }
  events << fmt::format(R"({{"type":"summary","metrics":{{"train_loss":{},"eval_loss":{},"train_bits_per_byte":2.4,)"
                        R"("train_runtime":{},"tokens_per_second":350,"peak_memory_bytes":4e9,"global_step":100,)"
                        R"("train_samples_per_second":2.3,"train_steps_per_second":0.6,"perplexity":400}}}})",
                        6 + i % 97 * 0.01, 6 + i % 89 * 0.01, 60 + i % 1000)
         << "\n"
         << R"({"type":"state","state":"finished"})"
         << "\n";
}

void fill(const fs::path& results, int runs) {
  for (int i = 0; i < runs; ++i) write_run(results, i);
  const auto begin = Clock::now();
  open(results).sync();
  fmt::print("{} runs of {} points entered in {:.1f} s\n", runs, kPointsOfRun, seconds_since(begin));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string command = argc > 1 ? argv[1] : "";
  try {
    if (command == "insert" && argc == 3) return insert(std::atoll(argv[2])), 0;
    if (command == "series" && argc == 3) return series(std::atoll(argv[2])), 0;
    if (command == "fill" && argc == 4) return fill(argv[2], std::atoi(argv[3])), 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
  fmt::print(stderr, "usage: folio_bench_store insert POINTS | series POINTS | fill RESULTS RUNS\n");
  return 2;
}
