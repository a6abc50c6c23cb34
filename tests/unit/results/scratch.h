#pragma once

#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "results/events.h"
#include "results/run_folder.h"
#include "results/store/store.h"

namespace folio::results::test {

/// A folder of this test's own, removed with what is in it.
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

 private:
  std::filesystem::path path_;
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

inline Store open(const ScratchFolder& scratch) { return Store(scratch.path(), scratch.path() / "baselines"); }

}  // namespace folio::results::test
