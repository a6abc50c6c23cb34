#include "worker/tokenizer_cache.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <filesystem>
#include <iostream>
#include <system_error>

#include "folio/error.h"
#include "support/cache.h"
#include "support/files.h"

namespace folio::worker {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTokenizersKind = "tokenizers";

bool load(Tokenizer& tokenizer, const fs::path& cache_file) {
  try {
    tokenizer.load_json(read_file(cache_file));
    return true;
  } catch (const Error& error) {
    fmt::print(std::cerr, "The cached tokenizer is not used: {}\n", error.what());
    return false;
  }
}

}  // namespace

bool load_or_train(Tokenizer& tokenizer, const std::string& key, const std::function<void()>& train) {
  const fs::path cache = cache_folder();
  if (cache.empty()) {
    train();
    return false;
  }
  const fs::path cache_file = cache / kTokenizersKind / (key + ".json");
  std::error_code ignored;
  if (fs::exists(cache_file, ignored) && load(tokenizer, cache_file)) {
    mark_used(cache, kTokenizersKind, key);
    return true;
  }
  train();
  try {
    make_directories(cache_file.parent_path());
    write_file_atomically(cache_file, tokenizer.to_json());
    trim_cache(cache, cache_limit());
  } catch (const Error& error) {
    fmt::print(std::cerr, "The tokenizer was not cached: {}\n", error.what());
  }
  return false;
}

}  // namespace folio::worker
