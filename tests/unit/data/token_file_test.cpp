#include "data/token_file.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "support/files.h"
#include "unit/data/scratch.h"

using namespace folio;

namespace {

std::vector<TokenId> counted(TokenId count, TokenId first) {
  std::vector<TokenId> ids;
  for (TokenId i = 0; i < count; ++i) ids.push_back(first + i);
  return ids;
}

void put(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

}  // namespace

TEST_CASE("a token file gives back its samples in either width") {
  const Scratch scratch;
  const std::filesystem::path path = scratch.path() / "tokens";
  for (const int width : {2, 4}) {
    const TokenId first = width == 2 ? 65530 : 1 << 20;
    data::TokenFileWriter writer(path, width, 0);
    writer.add_tokens(counted(5, first));
    writer.add_sample(0, 3);
    writer.add_sample(2, 3);
    writer.commit();
    const data::Samples samples = data::TokenFile::open(path)->samples();
    REQUIRE(samples.size() == 2);
    CHECK(samples[0] == counted(3, first));
    CHECK(samples[1] == counted(3, first + 2));
    CHECK(samples.length(1) == 3);
    CHECK(samples.token_count() == 6);
    CHECK(samples.longest() == 3);
  }
}

TEST_CASE("blocks need no table, and a shorter rest is no sample") {
  const Scratch scratch;
  data::TokenFileWriter writer(scratch.path() / "tokens", 2, 4);
  writer.add_tokens(counted(11, 0));
  writer.commit();
  const auto file = data::TokenFile::open(scratch.path() / "tokens");
  CHECK(file->samples().size() == 2);
  CHECK(file->samples()[1] == counted(4, 4));
  CHECK(std::filesystem::file_size(scratch.path() / "tokens") == 64 + 24);
  const data::Samples part = file->samples({.first_token = 3, .tokens = 5});
  REQUIRE(part.size() == 1);
  CHECK(part[0] == counted(4, 3));
  CHECK_THROWS(file->samples({.first_token = 3, .tokens = 9}));
}

TEST_CASE("more samples than are kept in memory keep their order") {
  const Scratch scratch;
  constexpr std::int64_t kCount = 150000;
  {
    data::TokenFileWriter writer(scratch.path() / "tokens", 4, 0);
    for (std::int64_t i = 0; i < kCount; ++i) {
      const auto id = static_cast<TokenId>(i);
      writer.add_tokens({&id, 1});
      writer.add_sample(static_cast<std::uint64_t>(i), 1);
    }
    writer.commit();
  }
  const data::Samples samples = data::TokenFile::open(scratch.path() / "tokens")->samples();
  REQUIRE(samples.size() == kCount);
  std::int64_t wrong = 0;
  for (std::int64_t i = 0; i < kCount; ++i) wrong += samples[i] != std::vector<TokenId>{static_cast<TokenId>(i)};
  CHECK(wrong == 0);
}

TEST_CASE("a token file that is not committed leaves nothing behind") {
  const Scratch scratch;
  {
    data::TokenFileWriter writer(scratch.path() / "tokens", 2, 0);
    for (int i = 0; i < 100000; ++i) writer.add_sample(0, 1);
  }
  CHECK(std::filesystem::is_empty(scratch.path()));
}

TEST_CASE("a damaged token file counts as absent") {
  const Scratch scratch;
  const std::filesystem::path path = scratch.path() / "tokens";
  CHECK_FALSE(data::TokenFile::open(path));
  data::TokenFileWriter writer(path, 2, 0);
  writer.add_tokens(counted(10, 0));
  writer.add_sample(0, 10);
  writer.commit();
  const std::string whole = read_file(path);
  REQUIRE(data::TokenFile::open(path));

  for (std::size_t size = 0; size < whole.size(); ++size) {
    put(path, whole.substr(0, size));
    REQUIRE_FALSE(data::TokenFile::open(path));
  }
  // Every byte of the header and of the table, with each of its bits turned over and all at once; those of the header's
  // last 24 bytes mean nothing.
  for (std::size_t at = 0; at < whole.size(); ++at) {
    if ((at >= 40 && at < 64) || (at >= 64 && at < 88)) continue;
    for (const int bits : {1, 2, 4, 8, 16, 32, 64, 128, 255}) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ bits);
      put(path, damaged);
      const auto file = data::TokenFile::open(path);
      if (!file) continue;
      // What still fits the file's size can be read.
      const data::Samples samples = file->samples();
      for (std::int64_t i = 0; i < samples.size(); ++i) CHECK(samples[i].size() <= 10);
    }
  }
}

TEST_CASE("tokens take two bytes where the vocabulary allows") {
  CHECK(data::bytes_per_token(257) == 2);
  CHECK(data::bytes_per_token(65536) == 2);
  CHECK(data::bytes_per_token(65537) == 4);
}
