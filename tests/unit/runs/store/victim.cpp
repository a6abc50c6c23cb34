// Killed by kill_test.cpp at random moments; server_faults_test.py lets it write. FOLIO_STORE is as for the runner.
//
//   results_victim append RUN_FOLDER    appends points from the step after the last one on, step by step, printing each
//                                       step once it is acknowledged
//   results_victim sync RESULTS [COUNT] enters what is new into the store, COUNT times or for ever
//   results_victim write RESULTS COUNT [UNTIL]
//                                       makes a run, prints its id, appends COUNT points, and then on until the file
//                                       UNTIL is there, entering them into the store and printing the step after every
//                                       thousand, and finishes
//   results_victim begin RUN_FOLDER     writes the state "running", prints a line and waits to be killed

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "runs/record/events.h"
#include "runs/store/store.h"

/// LeakSanitizer asks for this. SOCI 4.0.3 loses a connection that is cut while it sets it up.
extern "C" __attribute__((visibility("default"))) const char* __lsan_default_suppressions() {
  return "leak:PQconnectdb\n";
}

namespace {

using namespace folio;
using namespace folio::runs;

std::int64_t last_step(const std::filesystem::path& events) {
  std::int64_t step = 0;
  for (const Event& event : read_events(events, 0, 1U << 30).events)
    if (const auto* points = std::get_if<PointsEvent>(&event.what)) step = points->step;
  return step;
}

void append(const RunFolder& folder) {
  std::int64_t step = last_step(folder.events());
  EventWriter writer(folder.events());
  writer.running(this_process());
  for (;;) {
    ++step;
    writer.points(step, 0,
                  {{"loss", static_cast<double>(step) * 0.5}, {"grad_norm", static_cast<double>(step) * 0.25}});
    // One write per line, so that a killed process has printed all of it or nothing.
    const std::string line = std::to_string(step) + "\n";
    if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) return;
    ::usleep(50);
  }
}

Store open(const std::filesystem::path& results) {
  const char* const url = std::getenv("FOLIO_STORE");
  Store store(results, results / "baselines", url == nullptr ? "" : url);
  store.set_patience(std::chrono::minutes(5));  // the machine may be busy with other tests
  return store;
}

void sync(const char* results, long count) {
  Store store = open(results);
  for (long i = 0; count == 0 || i < count; ++i) store.sync();
}

void write(const std::filesystem::path& results, long count, const std::filesystem::path& until) {
  RunInfo info;
  info.name = "writer";
  info.runner = this_process();
  const NewRun run = create_run(results, info, "", nlohmann::json::object());
  std::printf("%s\n", run.info.id.c_str());
  std::fflush(stdout);
  EventWriter writer(run.folder.events());
  writer.running(this_process());
  Store store = open(results);
  const auto goes_on = [&](long step) { return step <= count || (!until.empty() && !std::filesystem::exists(until)); };
  for (long step = 1; step % 1000 != 1 || goes_on(step); ++step) {
    writer.points(step, 0, {{"loss", static_cast<double>(step) * 0.5}});
    if (step % 1000 != 0) continue;
    store.sync_run(run.info.id);
    std::printf("%ld\n", step);
    std::fflush(stdout);
  }
  writer.finished();
  store.sync_run(run.info.id);
}

void begin(const RunFolder& folder) {
  EventWriter writer(folder.events());
  writer.running(this_process());
  std::puts("running");
  std::fflush(stdout);
  ::pause();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc == 3 && std::strcmp(argv[1], "append") == 0) append(RunFolder(argv[2]));
    if (argc >= 3 && std::strcmp(argv[1], "sync") == 0) sync(argv[2], argc > 3 ? std::atol(argv[3]) : 0);
    if (argc >= 4 && std::strcmp(argv[1], "write") == 0) write(argv[2], std::atol(argv[3]), argc > 4 ? argv[4] : "");
    if (argc == 3 && std::strcmp(argv[1], "begin") == 0) begin(RunFolder(argv[2]));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
