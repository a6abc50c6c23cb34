#include <signal.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "runs/store/database.h"
#include "runs/store/network_file_system.h"
#include "runs/store/store.h"
#include "support/files.h"
#include "unit/runs/scratch.h"

using namespace folio;
using namespace folio::runs;
using folio::runs::test::make_run;
using folio::runs::test::open;
using folio::runs::test::ScratchFolder;
using folio::runs::test::store_error_of;

namespace fs = std::filesystem;

namespace {

/// Acts as a user who may not write everywhere, for as long as it lives.
class AsNobody {
 public:
  AsNobody() : was_root_(::geteuid() == 0) {
    if (was_root_) REQUIRE(::seteuid(65534) == 0);
  }
  ~AsNobody() {
    if (was_root_ && ::seteuid(0) != 0) std::abort();
  }

 private:
  bool was_root_;
};

/// Lets no file of this process grow beyond a size, as a full disk would, for as long as it lives.
class SmallFilesOnly {
 public:
  explicit SmallFilesOnly(rlim_t bytes) {
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before_) == 0);
    const rlimit small{bytes, before_.rlim_max};
    ignored_ = ::signal(SIGXFSZ, SIG_IGN);
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  }
  ~SmallFilesOnly() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, ignored_);
  }

 private:
  rlimit before_{};
  sighandler_t ignored_ = SIG_DFL;
};

}  // namespace

TEST_CASE("a store of a newer version is refused with both versions") {
  const ScratchFolder scratch;
  {
    open(scratch);
  }
  {
    soci::session session(soci::sqlite3, (scratch.path() / "store.sqlite").string());
    session << "PRAGMA user_version = 7";
  }
  CHECK(store_error_of([&] { open(scratch); }) ==
        (scratch.path() / "store.sqlite").string() +
            ": has schema version 7, but this Folio knows versions up to 6; use the newer Folio that wrote it");
}

TEST_CASE("a file that is no store is refused and left as it is") {
  const ScratchFolder scratch;
  const fs::path file = scratch.path() / "store.sqlite";
  SECTION("not a database") {
    const std::string text(4096, 'x');
    std::ofstream(file) << text;
    CHECK_THAT(store_error_of([&] { open(scratch); }),
               Catch::StartsWith(file.string() + ": is damaged or not a store") && Catch::Contains("runner reindex"));
    CHECK(read_file(file) == text);
  }
  SECTION("another program's database") {
    {
      soci::session session(soci::sqlite3, file.string());
      session << "CREATE TABLE bookmarks (url TEXT)";
    }
    CHECK(store_error_of([&] { open(scratch); }) == file.string() + ": is a database of another program, not a store");
  }
}

TEST_CASE("a store damaged in the middle says so") {
  const ScratchFolder scratch;
  for (int i = 0; i < 20; ++i) make_run(scratch.path());
  {
    Store store = open(scratch);
    store.sync();
  }
  const fs::path file = scratch.path() / "store.sqlite";
  std::string bytes = read_file(file);
  std::fill(bytes.begin() + 4096, bytes.end(), '\x5a');
  std::ofstream(file, std::ios::binary) << bytes;
  CHECK_THAT(store_error_of([&] {
               Store store = open(scratch);
               store.sync();
               store.list();
             }),
             Catch::StartsWith(file.string() + ": is damaged"));
}

TEST_CASE("the store keeps a rollback journal and waits for locks") {
  const ScratchFolder scratch;
  {
    open(scratch);
  }
  soci::session session(soci::sqlite3, (scratch.path() / "store.sqlite").string());
  std::string mode;
  session << "PRAGMA journal_mode", soci::into(mode);
  CHECK(mode == "delete");
  Database database(sqlite_file(scratch.path() / "store.sqlite"));
  database.guarded([](soci::session& own) {
    int synchronous = 0, timeout_ms = 0;
    own << "PRAGMA synchronous", soci::into(synchronous);
    own << "PRAGMA busy_timeout", soci::into(timeout_ms);
    CHECK(synchronous == 2);  // FULL
    CHECK(timeout_ms == 20000);
  });
}

TEST_CASE("results that may be read but not written are indexed in memory") {
  const ScratchFolder scratch;
  fs::permissions(scratch.path(), fs::perms(0755));
  const NewRun run = make_run(scratch.path());
  EventWriter(run.folder.events()).summary({{"train_loss", 6.5}});
  const bool has_store = GENERATE(false, true);
  if (has_store) {
    Store store = open(scratch);
    store.sync();
    EventWriter(run.folder.events()).summary({{"train_loss", 6.0}});
  }
  if (::geteuid() != 0) fs::permissions(scratch.path(), fs::perms(0555));
  {
    const AsNobody nobody;
    Store store = open(scratch);
    CHECK(store.in_memory());
    CHECK(store.sync().empty());
    CHECK(store.list().at(0).metrics.at("train_loss") == (has_store ? 6.0 : 6.5));
  }
  fs::permissions(scratch.path(), fs::perms(0755));
  CHECK(fs::exists(scratch.path() / "store.sqlite") == has_store);
}

TEST_CASE("a results folder that cannot be made is an error naming it") {
  const ScratchFolder scratch;
  std::ofstream(scratch.path() / "file") << "";
  CHECK_THAT(store_error_of([&] { Store(scratch.path() / "file" / "results", ""); }),
             Catch::Contains((scratch.path() / "file" / "results").string()));
}

TEST_CASE("a sync that the disk stops in the middle loses and doubles nothing") {
  const ScratchFolder scratch;
  const NewRun run = make_run(scratch.path());
  EventWriter writer(run.folder.events());
  for (int step = 1; step <= 5000; ++step) writer.points(step, 0, {{"loss", step * 0.5}});
  Store store = open(scratch);
  {
    const SmallFilesOnly limit(64 << 10);  // of some 200 KiB
    CHECK_THAT(store_error_of([&] { store.sync(); }), Catch::StartsWith((scratch.path() / "store.sqlite").string()));
    CHECK(store.list().empty());
  }
  store.sync();
  const auto points = store.points(run.info.id, "loss");
  REQUIRE(points.size() == 5000);
  CHECK((points[4999].step == 5000 && points[4999].value == 2500));
}

TEST_CASE("a store that is removed or replaced while it is open says so, and can be opened anew") {
  const ScratchFolder scratch;
  const fs::path file = scratch.path() / "store.sqlite";
  const NewRun run = make_run(scratch.path());
  Store store = open(scratch);
  store.sync();
  const bool replaced = GENERATE(false, true);
  fs::remove(file);
  if (replaced) open(scratch);
  EventWriter(run.folder.events()).summary({{"train_loss", 6.5}});
  CHECK_THROWS_AS(store.sync_run(run.info.id), StoreMovedError);
  CHECK(store_error_of([&] { store.sync_run(run.info.id); }) ==
        file.string() + ": was " + (replaced ? "replaced" : "removed") + " after this command opened it");
  Store anew = open(scratch);
  anew.sync();
  CHECK(anew.list().at(0).metrics.at("train_loss") == 6.5);
}

TEST_CASE("what is no file where the store should be is told by its kind") {
  const ScratchFolder scratch;
  make_run(scratch.path());
  const fs::path file = scratch.path() / "store.sqlite";
  const auto message = [&] { return store_error_of([&] { open(scratch).sync(); }); };
  SECTION("a link that leads nowhere") {
    fs::create_symlink("/nowhere/store.sqlite", file);
    CHECK(message() == file.string() +
                           ": is a symbolic link to /nowhere/store.sqlite, which does not exist; remove "
                           "the link, or make that folder");
  }
  SECTION("a pipe") {
    REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
    CHECK_THAT(message(), Catch::StartsWith(file.string() + ": is a pipe, expected a file"));
  }
  SECTION("a folder") {
    fs::create_directory(file);
    CHECK_THAT(message(), Catch::StartsWith(file.string() + ": is a folder, expected a file"));
  }
}

TEST_CASE("no message of the store names a function of SOCI") {
  const auto plain = [](const char* text) { return plain_message(soci::soci_error(text)); };
  CHECK(plain("sqlite3_statement_backend::loadOne: attempt to write a readonly database") ==
        "attempt to write a readonly database");
  CHECK(plain("Cannot establish connection to the database. unable to open database file") ==
        "unable to open database file");
  CHECK(plain("Cannot establish connection to the database.\nconnection to server failed") ==
        "connection to server failed");
  CHECK(plain("near \"x::y\": syntax error") == "near \"x::y\": syntax error");
  CHECK(plain("constraint failed: runs.id") == "constraint failed: runs.id");
}

TEST_CASE("paths with spaces and quotes are as good as any") {
  const ScratchFolder scratch;
  const fs::path results = scratch.path() / "a \"b\" c='d'\\";
  make_run(results);
  Store store(results, results / "baselines");
  store.sync();
  CHECK(store.list().size() == 1);
  CHECK(fs::exists(results / "store.sqlite"));
}

TEST_CASE("network file systems are known by their magic numbers") {
  CHECK(network_file_system(0x6969) == "NFS");
  CHECK(network_file_system(0xff534d42) == "CIFS");
  CHECK(network_file_system(static_cast<std::int32_t>(0xff534d42)) == "CIFS");
  CHECK(network_file_system(0x0bd00bd0) == "Lustre");
  CHECK_FALSE(network_file_system(0xef53));      // ext4
  CHECK_FALSE(network_file_system(0x01021994));  // tmpfs
  const ScratchFolder scratch;
  CHECK_NOTHROW(require_local_folder(scratch.path()));
}
