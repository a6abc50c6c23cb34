// What is only so on a PostgreSQL server, which many results folders share. store_test.cpp, kill_test.cpp and
// cli_test.cpp run on one too.

#include <soci/soci.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <limits>
#include <set>
#include <thread>

#include "runs/store/folder_id.h"
#include "support/files.h"
#include "unit/runs/scratch.h"

using namespace folio;
using namespace folio::runs;
using folio::runs::test::error_of;
using folio::runs::test::make_run;
using folio::runs::test::open;
using folio::runs::test::ScratchFolder;

namespace fs = std::filesystem;

namespace {

NewRun finished_run(const fs::path& results, const std::string& name) {
  NewRun run = make_run(results, name);
  EventWriter writer(run.folder.events());
  writer.running(this_process());
  writer.points(1, 0.5, {{"loss", 2.5}});
  writer.finished();
  return run;
}

/// Another results folder that enters its runs into the same server.
Store open_other(const ScratchFolder& scratch, const fs::path& results) {
  fs::create_directories(results);
  return Store(results, results / "baselines", scratch.store_url());
}

soci::session session_of(const ScratchFolder& scratch) {
  return soci::session("postgresql", scratch.store_url() + "?connect_timeout=10");
}

}  // namespace

TEST_CASE("each results folder sees the runs of all, and touches its own only", "[postgresql]") {
  const ScratchFolder scratch;
  const fs::path far = scratch.path() / "far";
  const NewRun here = finished_run(scratch.path(), "here");
  const NewRun there = finished_run(far, "there");
  Store store = open(scratch);
  Store other = open_other(scratch, far);
  store.sync();
  other.sync();
  store.sync();  // and does not forget what is not in its own folder
  REQUIRE(store.list().size() == 2);
  REQUIRE(other.list().size() == 2);
  const Run seen = store.load(there.info.id);
  CHECK(seen.summary.other_folder == this_process().host + ":" + there.folder.path().string());
  CHECK(seen.folder.path() == there.folder.path());
  CHECK(store.points(there.info.id, "loss").size() == 1);
  CHECK(other.load(there.info.id).summary.other_folder.empty());

  CHECK_THAT(error_of([&] { require_own(seen.summary); }), Catch::Contains(seen.summary.other_folder));
  CHECK_NOTHROW(require_folder(seen));  // it is on this machine
  fs::rename(far, scratch.path() / "moved");
  CHECK_THAT(error_of([&] { require_folder(seen); }), Catch::Contains("cannot be read from here"));

  // After it was moved the folder is still the same one.
  Store moved = open_other(scratch, scratch.path() / "moved");
  moved.sync();
  CHECK(moved.list().size() == 2);
  const std::string now = this_process().host + ":" + (scratch.path() / "moved").string();
  CHECK(store.load(there.info.id).summary.other_folder == now + "/runs/" + there.info.id);
  CHECK(store.forget_elsewhere(now + "/ru") == 0);
  CHECK(moved.forget_elsewhere(now) == 0);  // of its own it forgets none
  CHECK(store.forget_elsewhere(now) == 1);
  CHECK(store.list().size() == 1);
  moved.sync();
  moved.clear();
  CHECK(store.list().size() == 1);
  CHECK(store.list().at(0).id == here.info.id);
}

TEST_CASE("a run that lies in two results folders is listed once", "[postgresql]") {
  const ScratchFolder scratch;
  const fs::path far = scratch.path() / "far";
  const NewRun run = finished_run(scratch.path(), "copied");
  fs::create_directories(far / "runs");
  fs::copy(run.folder.path(), far / "runs" / run.info.id, fs::copy_options::recursive);
  Store store = open(scratch);
  Store other = open_other(scratch, far);
  store.sync();
  other.sync();
  for (Store* each : {&store, &other}) {
    REQUIRE(each->list().size() == 1);
    CHECK(each->list()[0].other_folder.empty());
    CHECK(each->points(run.info.id, "loss").size() == 1);
    const RunSettings settings = each->settings();
    const auto key = settings.find_key("model.hidden_size");
    REQUIRE(key);
    CHECK(*settings.value(run.info.id, *key) == 64);
  }
  fs::remove_all(far / "runs" / run.info.id);
  other.sync();
  CHECK(other.list().at(0).other_folder == this_process().host + ":" + run.folder.path().string());
}

TEST_CASE("a copy of a results folder is another one", "[postgresql]") {
  const ScratchFolder scratch;
  const std::string id = folder_id(scratch.path());
  CHECK(id.size() == 32);
  CHECK(folder_id(scratch.path()) == id);
  const fs::path copy = scratch.path() / "copy";
  fs::create_directories(copy);
  fs::copy(scratch.path() / "folder-id", copy / "folder-id");
  const std::string id_of_copy = folder_id(copy);
  CHECK(id_of_copy.size() == 32);
  CHECK(id_of_copy != id);
  CHECK(folder_id(copy) == id_of_copy);
  std::ofstream(copy / "folder-id") << "'; DROP TABLE runs; --";
  std::vector<std::string> ids(8);
  std::vector<std::thread> threads;
  for (std::string& each : ids) threads.emplace_back([&] { each = folder_id(copy); });
  for (std::thread& thread : threads) thread.join();
  CHECK(ids[0].size() == 32);
  CHECK(std::set<std::string>(ids.begin(), ids.end()).size() == 1);
}

TEST_CASE("results are seen from where no folder can be written", "[postgresql]") {
  const ScratchFolder scratch;
  const NewRun run = finished_run(scratch.path(), "small");
  {
    Store store = open(scratch);
    store.sync();
  }
  const fs::path nowhere = scratch.path() / "nowhere";
  Store store(nowhere, nowhere, scratch.store_url());
  CHECK(store.sync().empty());
  REQUIRE(store.list().size() == 1);
  CHECK(store.list()[0].id == run.info.id);
  CHECK_FALSE(fs::exists(nowhere));
}

TEST_CASE("a server's store of a newer version is refused, an older one is made anew", "[postgresql]") {
  const ScratchFolder scratch;
  finished_run(scratch.path(), "small");
  {
    Store store = open(scratch);
    store.sync();
  }
  session_of(scratch) << "UPDATE folio.schema_version SET version = 7";
  CHECK(error_of([&] { open(scratch); }) ==
        scratch.store_url() +
            ": has schema version 7, but this Folio knows versions up to 6; use the newer Folio that wrote it");
  session_of(scratch) << "UPDATE folio.schema_version SET version = 2";
  session_of(scratch) << "DROP TABLE folio.points";
  Store store = open(scratch);
  store.sync();
  CHECK(store.points(store.list().at(0).id, "loss").size() == 1);
}

TEST_CASE("another program's tables are left alone", "[postgresql]") {
  const ScratchFolder scratch;
  session_of(scratch) << "CREATE TABLE runs (url TEXT)";  // in the schema that everyone has
  CHECK_NOTHROW(open(scratch));
  const ScratchFolder taken;
  session_of(taken) << "CREATE SCHEMA folio";
  session_of(taken) << "CREATE TABLE folio.bookmarks (url TEXT)";
  CHECK(error_of([&] { open(taken); }) == taken.store_url() + ": is a database of another program, not a store");
}

TEST_CASE("a server that cannot be reached is named without the password", "[postgresql]") {
  const ScratchFolder scratch;
  const auto opening = [&](const std::string& url) {
    return error_of([&] { Store(scratch.path(), scratch.path() / "baselines", url); });
  };
  const std::string refused =
      opening("postgresql://ann:secret@127.0.0.1:1/folio?password=secret&sslmode=disable&sslpassword=secret");
  CHECK_THAT(refused, Catch::StartsWith("postgresql://ann@127.0.0.1:1/folio?sslmode=disable: ") &&
                          Catch::Contains("Connection refused") && !Catch::Contains("secret") &&
                          !Catch::Contains("\n"));
  CHECK_THAT(opening(scratch.store_url() + "_no"), Catch::Contains("does not exist"));
  CHECK(opening("mysql://ann:secret@db/folio") ==
        "the store is not the address of a PostgreSQL server: expected postgresql://USER@HOST:PORT/DATABASE");
  CHECK_THAT(
      opening("postgresql://127.0.0.1:1/folio?user=ann@server&password=secret"),
      Catch::StartsWith("postgresql://127.0.0.1:1/folio?user=ann@server: ") && Catch::Contains("Connection refused"));
  for (const char* password : {"se/cret", "se@cret", "se?cret", "50%cret"}) {
    CAPTURE(password);
    CHECK_THAT(opening(std::string("postgresql://ann:") + password + "@127.0.0.1:1/folio"),
               Catch::StartsWith("postgresql://ann@127.0.0.1:1/folio: ") && !Catch::Contains("cret"));
  }
}

TEST_CASE("no password of a malformed address is told", "[postgresql]") {
  const ScratchFolder scratch;
  for (const char* url :
       {"postgresql://ann:se cret@host:port:x", "postgresql://ann:secret", "postgresql://ann:secret@host:port/folio",
        "postgresql://ann:secret@ho st/folio", "postgresql://secret@:pass:secret/folio",
        "postgres:/ann:secret@host/folio", "postgresql:ann:secret@host", "host=db user=ann password=secret",
        "postgresql://ann:se%00cret@127.0.0.1:1/folio", "postgresql://127.0.0.1:1/folio?password=se%00cret",
        "postgresql://ann:secret@[::1/folio"}) {
    CAPTURE(url);
    const std::string message = error_of([&] { Store(scratch.path(), scratch.path() / "baselines", url); });
    CHECK_FALSE(message.empty());
    CHECK_THAT(message, !Catch::Contains("cret"));
  }
}

TEST_CASE("a connection that was cut is made anew", "[postgresql]") {
  const ScratchFolder scratch;
  const NewRun run = finished_run(scratch.path(), "small");
  Store store = open(scratch);
  store.sync();
  int cut = 0;
  session_of(scratch) << "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = "
                         "current_database() AND pid <> pg_backend_pid()",
      soci::into(cut);
  CHECK(cut == 1);
  EventWriter(run.folder.events()).points(2, 1.0, {{"loss", 2.0}});
  CHECK(store.sync().empty());
  CHECK(store.points(run.info.id, "loss").size() == 2);
}

TEST_CASE("a server takes settings of any length", "[postgresql]") {
  const ScratchFolder scratch;
  auto experiment = folio::runs::test::small_experiment();
  for (int i = 0; i < 5000; ++i) experiment["dataset"]["files"].push_back("file-" + std::to_string(i * 7919));
  RunInfo info;
  info.name = "long";
  const NewRun run = create_run(scratch.path(), info, "", experiment);
  Store store = open(scratch);
  CHECK(store.sync().empty());
  CHECK(store.load(run.info.id).settings == experiment);
}

TEST_CASE("a folder whose path a server cannot hold is reported", "[postgresql]") {
  const ScratchFolder scratch;
  finished_run(scratch.path(), "good");
  open(scratch).sync();
  const fs::path results = scratch.path() / "caf\xe9";
  finished_run(results, "bad");
  Store store(results, results / "baselines", scratch.store_url());
  const auto problems = store.sync();
  REQUIRE(problems.size() == 1);
  CHECK_THAT(problems[0].message, Catch::Contains("its path is not UTF-8"));
  CHECK(store.list().size() == 1);
}

TEST_CASE("a user without rights is told whom to ask, and one with them works", "[postgresql]") {
  const ScratchFolder scratch;
  finished_run(scratch.path(), "small");
  {
    Store store = open(scratch);
    store.sync();
  }
  soci::session owner = session_of(scratch);
  owner << "DROP ROLE IF EXISTS folio_guest";
  owner << "CREATE ROLE folio_guest LOGIN";
  const std::string url = "postgresql://folio_guest" + scratch.store_url().substr(scratch.store_url().find('@'));
  const fs::path elsewhere = scratch.path() / "elsewhere";
  fs::create_directories(elsewhere);
  CHECK_THAT(error_of([&] { Store(elsewhere, elsewhere, url); }),
             Catch::Contains("permission denied") && Catch::Contains("GRANT USAGE ON SCHEMA folio TO user"));
  owner << "GRANT USAGE ON SCHEMA folio TO folio_guest";
  owner << "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA folio TO folio_guest";
  finished_run(elsewhere, "guest's");
  {
    Store store(elsewhere, elsewhere / "baselines", url);
    CHECK(store.sync().empty());
    CHECK(store.list().size() == 2);
  }
  owner << "DROP OWNED BY folio_guest";
  owner << "DROP ROLE folio_guest";
}

TEST_CASE("a server whose transactions are serialized by default still takes many writers", "[postgresql]") {
  const ScratchFolder scratch;
  {
    soci::session owner = session_of(scratch);
    std::string name;
    owner << "SELECT current_database()", soci::into(name);
    owner << "ALTER DATABASE " + name + " SET default_transaction_isolation = 'serializable'";
  }
  const fs::path far = scratch.path() / "far";
  finished_run(scratch.path(), "here");
  finished_run(far, "there");
  Store store = open(scratch), other = open_other(scratch, far);
  std::thread thread([&] {
    for (int i = 0; i < 20; ++i) {
      finished_run(far, "there");
      other.sync();
    }
  });
  for (int i = 0; i < 20; ++i) {
    finished_run(scratch.path(), "here");
    CHECK_NOTHROW(store.sync());
  }
  thread.join();
  CHECK(store.list().size() == 42);
}

TEST_CASE("names and settings of any length and shape harm no run", "[postgresql]") {
  const ScratchFolder scratch;
  finished_run(scratch.path(), "good");
  std::string name;
  for (int i = 0; i < 5000; ++i) name += static_cast<char>('a' + i * i % 23);
  const NewRun run = make_run(scratch.path(), "long");
  EventWriter(run.folder.events()).points(1, 0, {{name, 1.5}});
  auto odd = folio::runs::test::small_experiment();
  odd["model"]["type"] = 5;
  odd[name] = 1;
  RunInfo info;
  info.name = "odd";
  create_run(scratch.path(), info, "", odd);
  Store store = open(scratch);
  CHECK(store.sync().empty());
  CHECK(store.list().size() == 3);
  CHECK(store.points(run.info.id, name).size() == 1);
}
