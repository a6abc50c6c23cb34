#include "worker/tokenizer_cache.h"

#include <fmt/format.h>

#include <cstdlib>

#include "folio/error.h"
#include "support/files.h"
#include "support/sha256.h"

namespace folio::worker {
namespace {

namespace fs = std::filesystem;

/// Empty where there is to be no cache.
fs::path cache_folder() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value != nullptr ? value : "");
  };
  if (const std::string given = variable("FOLIO_TOKENIZER_CACHE"); !given.empty()) {
    return given == "off" ? fs::path() : fs::path(given);
  }
  if (const std::string cache = variable("XDG_CACHE_HOME"); !cache.empty()) return fs::path(cache) / "folio/tokenizers";
  if (const std::string home = variable("HOME"); !home.empty()) return fs::path(home) / ".cache/folio/tokenizers";
  return {};
}

bool load(Tokenizer& tokenizer, const fs::path& cache_file) {
  try {
    tokenizer.load_json(read_file(cache_file));
    return true;
  } catch (const Error& error) {
    fmt::print(stderr, "The cached tokenizer is left aside: {}\n", error.what());
    return false;
  }
}

}  // namespace

fs::path tokenizer_cache_file(const std::string& identity, const std::string& text_hash) {
  const fs::path folder = cache_folder();
  return folder.empty() ? folder : folder / (sha256_hex(identity + text_hash) + ".json");
}

bool load_or_train(Tokenizer& tokenizer, const fs::path& cache_file, const std::function<void()>& train) {
  if (!cache_file.empty() && fs::exists(cache_file) && load(tokenizer, cache_file)) return true;
  train();
  if (cache_file.empty()) return false;
  try {
    make_directories(cache_file.parent_path());
    write_file_atomically(cache_file, tokenizer.to_json());
  } catch (const Error& error) {
    fmt::print(stderr, "The tokenizer was not cached: {}\n", error.what());
  }
  return false;
}

}  // namespace folio::worker
