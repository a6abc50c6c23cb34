#include "serve/run_watch.h"

#include <sys/stat.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "unit/runs/scratch.h"

using namespace folio::runs;
using namespace folio::runs::test;
using folio::serve::RunWatch;
using folio::serve::StorePool;
namespace fs = std::filesystem;

namespace {

/// A watch over the runs of a folder that is listened to all the time.
struct Watched {
  explicit Watched(const ScratchFolder& scratch)
      : stores([&scratch] { return open(scratch); }),
        watch(
            stores, runs_folder(scratch.path()), [](std::uint64_t, const std::set<std::string>&) {},
            [this] {
              ++turns;
              return true;
            }) {
    watch.start();
  }

  StorePool stores;
  std::atomic<int> turns = 0;  ///< of the watch's thread, while nobody asks it
  RunWatch watch;
};

bool comes(const std::function<bool()>& what) {
  for (int i = 0; i < 500; ++i) {
    if (what()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

}  // namespace

TEST_CASE("watch follows the runs at work beside one that cannot be read") {
  const ScratchFolder scratch;
  std::map<std::string, RunFolder> folders;
  for (int i = 0; i < 3; ++i) {
    const NewRun run = make_run(scratch.path());
    EventWriter events(run.folder.events());
    events.running(folio::this_process());
    events.points(1, 0, {{"loss", 3}});
    folders.emplace(run.info.id, run.folder);
  }
  open(scratch).sync();
  Watched watched(scratch);
  const auto step_of = [&](const std::string& id) {
    const auto live = watched.watch.known().live;
    const auto run = live->find(id);
    return run == live->end() ? 0 : run->second.progress.step;
  };
  for (const auto& [id, folder] : folders) CHECK(comes([&] { return step_of(id) == 1; }));
  const std::string first = watched.watch.known().snapshot->runs().front().id;  // which is looked at before the others
  fs::remove(folders.at(first).events());
  REQUIRE(::mkfifo(folders.at(first).events().c_str(), 0600) == 0);
  for (const auto& [id, folder] : folders)
    if (id != first) EventWriter(folder.events()).points(2, 0, {{"loss", 2}});
  for (const auto& [id, folder] : folders) CHECK(comes([&] { return step_of(id) == (id == first ? 1 : 2); }));
  CHECK(comes([&] {
    const auto snapshot = watched.watch.known().snapshot;
    return snapshot->unread().size() == 1 && snapshot->unread().front().id == first;
  }));
}

TEST_CASE("watch outlives a folder that cannot be looked at") {
  const ScratchFolder scratch;
  const NewRun run = make_run(scratch.path());
  open(scratch).sync();
  Watched watched(scratch);
  const fs::path folder = runs_folder(scratch.path()), away = scratch.path() / "away";
  fs::rename(folder, away);
  fs::create_symlink(folder.filename(), folder);  // leads to itself, which is another fault than a folder that is gone
  CHECK(store_error_of([&] { watched.watch.known(); }).find("cannot be looked at") != std::string::npos);
  const int before = watched.turns;
  CHECK(comes([&] { return watched.turns > before + 2; }));
  fs::remove(folder);
  CHECK(store_error_of([&] { watched.watch.known(); }).find("is no longer there") != std::string::npos);
  fs::rename(away, folder);
  CHECK(watched.watch.known().snapshot->find(run.info.id) != nullptr);
}
