#pragma once

#include <soci/soci.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "runs/record/events.h"
#include "runs/record/run_folder.h"
#include "runs/store/store.h"
#include "support/files.h"

namespace folio::runs::test {

/// A database of this test's own on the server that ctest has started; none where the tests are to use SQLite.
class ScratchDatabase {
 public:
  ScratchDatabase() {
    const char* const address_file = std::getenv("FOLIO_TEST_SERVER");  // tests/postgresql_server.py wrote it
    if (address_file == nullptr) return;
    address_ = read_file(address_file);
    static int count = 0;
    name_ = "test_" + std::to_string(::getpid()) + "_" + std::to_string(++count);
    soci::session("postgresql", server()) << "CREATE DATABASE " + name_;
  }
  ~ScratchDatabase() {
    if (!name_.empty()) soci::session("postgresql", server()) << "DROP DATABASE " + name_ + " WITH (FORCE)";
  }
  ScratchDatabase(const ScratchDatabase&) = delete;
  ScratchDatabase& operator=(const ScratchDatabase&) = delete;

  std::string url() const { return name_.empty() ? "" : address_ + name_; }

 private:
  std::string server() const { return address_ + "postgres?connect_timeout=10"; }

  std::string address_, name_;
};

/// A folder of this test's own, removed with what is in it, and where its store is.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "folio-results-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error(name + ": cannot be made");
    path_ = name;
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

  /// For Store(): empty, or the address of a database on a server.
  std::string store_url() const { return database_.url(); }

 private:
  std::filesystem::path path_;
  ScratchDatabase database_;
};

inline nlohmann::json small_experiment() {
  return {
      {"name", "small"},
      {"description", ""},
      {"dataset", {{"type", "textbooks"}, {"books", {"macbeth"}}, {"split", {{"by", "characters"}, {"size", 512}}}}},
      {"tokenizer", {{"type", "bpe"}, {"vocab_size", 1000}}},
      {"model", {{"type", "gpt"}, {"hidden_size", 64}}},
      {"training", {{"learning_rate", 5e-5}, {"seed", 42}}}};
}

/// A new run whose runner is this process.
inline NewRun make_run(const std::filesystem::path& results, const std::string& name = "small") {
  RunInfo info;
  info.name = name;
  info.experiment_file = "small.yaml";
  info.runner = this_process();
  return create_run(results, info, "name: " + name + "\n", small_experiment());
}

/// A process that is no more: this one's pid with another start.
inline ProcessIdentity gone_process() {
  ProcessIdentity process = this_process();
  --process.start_time;
  return process;
}

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// What an action that must fail says, with an error of this kind where one is given; "no error" where it does not.
inline std::string error_of(const std::function<void()>& action, std::optional<ErrorKind> kind = std::nullopt) {
  try {
    action();
    return "no error";
  } catch (const Error& error) {
    if (kind) CHECK(error.kind() == *kind);
    return error.what();
  }
}

inline std::string store_error_of(const std::function<void()>& action) { return error_of(action, ErrorKind::store); }

inline Store open(const ScratchFolder& scratch) {
  return Store(scratch.path(), scratch.path() / "baselines", scratch.store_url());
}

}  // namespace folio::runs::test
