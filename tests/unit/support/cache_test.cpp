#include "support/cache.h"

#include <stdlib.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>

#include "support/error.h"
#include "support/files.h"

using namespace folio;
namespace fs = std::filesystem;

namespace {

/// A cache of its own for each test.
class CacheFolder {
 public:
  CacheFolder() {
    std::string name = (fs::temp_directory_path() / "folio-cache-XXXXXX").string();
    path = ::mkdtemp(name.data());
    for (const std::string_view kind : kCacheKinds) fs::create_directories(path / kind);
  }
  ~CacheFolder() { fs::remove_all(path); }

  /// A file that was last used so many minutes ago.
  fs::path put(const std::string& name, std::size_t bytes, int minutes_ago) const {
    std::ofstream(path / name) << std::string(bytes, 'x');
    fs::last_write_time(path / name, fs::file_time_type::clock::now() - std::chrono::minutes(minutes_ago));
    return path / name;
  }

  fs::path path;
};

std::vector<std::string> keys_of(const std::vector<CacheEntry>& entries) {
  std::vector<std::string> keys;
  for (const CacheEntry& entry : entries) keys.push_back(entry.kind + "/" + entry.key);
  return keys;
}

using Keys = std::vector<std::string>;

/// Sets a variable of the environment for as long as it lives.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* old = ::getenv(name)) old_ = old;
    value != nullptr ? ::setenv(name, value, 1) : ::unsetenv(name);
  }
  ~Variable() { old_.empty() ? ::unsetenv(name_) : ::setenv(name_, old_.c_str(), 1); }

 private:
  const char* name_;
  std::string old_;
};

}  // namespace

TEST_CASE("a cache lists its entries with all their files, the longest unused first") {
  const CacheFolder folder;
  folder.put("tokens/b.training", 100, 3);
  folder.put("tokens/b.json", 10, 5);
  folder.put("tokenizers/a.json", 7, 4);
  folder.put("tokens/c.training.tmp123", 50, 1);
  const auto entries = cache_entries(folder.path);
  CHECK(keys_of(entries) == Keys{"tokenizers/a", "tokens/b"});
  CHECK(entries[1].bytes == 110);
  CHECK(cache_entries(folder.path / "absent").empty());
  CHECK(cache_entries({}).empty());
}

TEST_CASE("a cache drops what was not used for the longest time until it keeps to its limit") {
  const CacheFolder folder;
  folder.put("tokens/old.training", 100, 30);
  folder.put("tokens/old.json", 1, 30);
  folder.put("tokenizers/middle.json", 100, 20);
  folder.put("tokens/new.training", 100, 10);
  CHECK(trim_cache(folder.path, 301).empty());
  CHECK(keys_of(trim_cache(folder.path, 300)) == Keys{"tokens/old"});
  CHECK(fs::is_empty(folder.path / "tokens") == false);
  mark_used(folder.path, "tokenizers", "middle");
  CHECK(keys_of(trim_cache(folder.path, 150)) == Keys{"tokens/new"});
  CHECK(keys_of(trim_cache(folder.path, 0)) == Keys{"tokenizers/middle"});
  CHECK(cache_entries(folder.path).empty());
}

TEST_CASE("what a killed writer left behind goes, what a living one writes stays") {
  const CacheFolder folder;
  const fs::path abandoned = folder.put("tokens/a.training.tmp1-2", 10, 1);
  const fs::path of_another_kind = folder.put("tokens/c.tmp", 10, 120);
  AtomicFile growing(folder.path / "tokens/b.training");
  trim_cache(folder.path, 1000);
  CHECK_FALSE(fs::exists(abandoned));
  CHECK_FALSE(fs::exists(of_another_kind));
  growing.commit();
  CHECK(fs::exists(folder.path / "tokens/b.training"));
}

TEST_CASE("the cache lies where the environment says") {
  const Variable home("HOME", "/home/reader"), xdg("XDG_CACHE_HOME", nullptr), given("FOLIO_CACHE", nullptr);
  CHECK(cache_folder() == "/home/reader/.cache/folio");
  const Variable other("XDG_CACHE_HOME", "/fast");
  CHECK(cache_folder() == "/fast/folio");
  const Variable own("FOLIO_CACHE", "/own");
  CHECK(cache_folder() == "/own");
  const Variable off("FOLIO_CACHE", "off");
  CHECK(cache_folder().empty());
}

TEST_CASE("the cache's limit is a size") {
  const Variable none("FOLIO_CACHE_LIMIT", nullptr);
  CHECK(cache_limit() == std::uintmax_t{10} << 30);
  const Variable five("FOLIO_CACHE_LIMIT", "5GiB");
  CHECK(cache_limit() == std::uintmax_t{5} << 30);
  const Variable much("FOLIO_CACHE_LIMIT", "much");
  CHECK_THROWS_AS(cache_limit(), Error);
}
