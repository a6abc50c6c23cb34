#include "tokens/tokens.h"

#include <catch2/catch.hpp>
#include <cstdint>
#include <cstring>
#include <map>
#include <random>

#include "folio/error.h"
#include "mutate.h"
#include "support/sha256.h"
#include "temporary_folder.h"

namespace folio::tokens {
namespace {

using Catch::Matchers::Contains;
using test::TemporaryFolder;
using Names = std::vector<std::string>;

template <typename Number>
std::string bytes_of(const std::vector<Number>& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(Number)};
}

/// As llm.c's data_common.py writes them.
template <typename Number>
std::string llmc_file(std::int32_t magic, std::int32_t version, const std::vector<Number>& ids) {
  std::vector<std::int32_t> header(256);
  header[0] = magic;
  header[1] = version;
  header[2] = static_cast<std::int32_t>(ids.size());
  return bytes_of(header) + bytes_of(ids);
}

const std::vector<std::uint16_t> kGpt2Ids = {50256, 1, 2, 65535};
const std::vector<std::uint32_t> kLlamaIds = {128000, 1, 4'000'000'000};
const std::string kGpt2File = llmc_file(20240520, 1, kGpt2Ids), kLlamaFile = llmc_file(20240801, 7, kLlamaIds);

std::vector<std::uint32_t> ids_of(const TokenShard& shard) {
  std::vector<std::uint32_t> ids(shard.count);
  for (std::size_t i = 0; i < shard.count; ++i) {
    std::memcpy(&ids[i], shard.tokens + i * static_cast<std::size_t>(shard.bytes_per_token),
                static_cast<std::size_t>(shard.bytes_per_token));
  }
  return ids;
}

Tokens tokens_in(const TemporaryFolder& folder, const std::map<std::string, OptionValue>& given) {
  return {OptionValues(options(), given), {folder.path()}};
}

std::string problem_with(const std::string& contents, ShardFormat format = ShardFormat::automatic) {
  try {
    find_tokens(contents, format, "train.bin");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::run);
    return error.what();
  }
  FAIL("accepted");
  return {};
}

TEST_CASE("tokens gives the shards of nanoGPT and of llm.c as they lie in the files") {
  const TemporaryFolder folder;
  const auto raw = folder.write("raw.bin", bytes_of(kGpt2Ids));
  folder.write("shards/b.bin", kLlamaFile);
  folder.write("shards/a.bin", kGpt2File);
  folder.write("val.bin", bytes_of(std::vector<std::uint16_t>{7}));
  const Tokens tokens =
      tokens_in(folder, {{"train", Names{"raw.bin", "shards"}}, {"validation_files", Names{"v*.bin"}}});
  const std::vector<TokenShard> shards = tokens.token_shards();
  REQUIRE(shards.size() == 4);
  CHECK(shards[0].name == "raw");
  CHECK(shards[0].bytes_per_token == 2);
  CHECK(ids_of(shards[0]) == std::vector<std::uint32_t>{50256, 1, 2, 65535});
  CHECK(shards[0].provenance.source == raw.string());
  CHECK(shards[0].provenance.source_hash == sha256_hex(bytes_of(kGpt2Ids)));
  CHECK(ids_of(shards[1]) == ids_of(shards[0]));
  CHECK(shards[1].provenance.source_hash == sha256_hex(kGpt2File));
  CHECK(shards[2].name == "b");
  CHECK(shards[2].bytes_per_token == 4);
  CHECK(ids_of(shards[2]) == kLlamaIds);
  CHECK_FALSE(shards[2].for_evaluation);
  CHECK(shards[3].for_evaluation);
  CHECK(ids_of(shards[3]) == std::vector<std::uint32_t>{7});
  CHECK(tokens.token_shards()[2].tokens == shards[2].tokens);
  tokens.read([](const Document&) { FAIL("there are no documents"); });
}

TEST_CASE("tokens takes a format that is asked for at its word") {
  CHECK(find_tokens(kGpt2File, ShardFormat::llmc, "x").count == 4);
  CHECK(find_tokens(kGpt2File, ShardFormat::nanogpt, "x").count == kGpt2File.size() / 2);
  CHECK_THAT(problem_with(bytes_of(kGpt2Ids), ShardFormat::llmc),
             Contains("train.bin: is not an llm.c token file: it does not begin with the number 20240520 or 20240801"));
}

TEST_CASE("tokens refuses a file that is empty or has half a token") {
  CHECK_THAT(problem_with(""), Contains("train.bin: is empty"));
  CHECK_THAT(problem_with("abc"), Contains("has 3 bytes, which is not a whole number of tokens of 2 bytes"));
  CHECK_THAT(problem_with(llmc_file(20240520, 1, std::vector<std::uint16_t>{})), Contains("has no tokens"));
}

TEST_CASE("tokens holds llm.c's header against the file") {
  CHECK_THAT(problem_with(kGpt2File.substr(0, 100)), Contains("ends inside llm.c's header: 100 of 1024 bytes"));
  CHECK_THAT(problem_with(llmc_file(20240520, 7, kGpt2Ids)),
             Contains("has version 7 of llm.c's format, expected 1 with the magic number 20240520"));
  CHECK_THAT(problem_with(kLlamaFile.substr(0, kLlamaFile.size() - 4)),
             Contains("has 1032 bytes, but its header gives 3 tokens of 4 bytes, which makes 1036 bytes: its end "
                      "is missing"));
  CHECK_THAT(problem_with(kGpt2File + "xx"), Contains("has 1034 bytes, but") && !Contains("missing"));
  std::string negative = kGpt2File;
  negative[11] = '\xFF';
  CHECK_THAT(problem_with(negative), Contains("has a header that gives -"));
}

TEST_CASE("tokens stays within the file whatever it holds") {
  std::mt19937 random(5);
  int refused = 0;
  for (const std::string& good : {kGpt2File, kLlamaFile}) {
    for (int i = 0; i < 3'000; ++i) {
      // Mostly in the header's first numbers, since the rest is only ids.
      const std::string bad =
          i % 2 ? test::mutate(good.substr(0, 12), random) + good.substr(12) : test::mutate(good, random);
      try {
        const ShardTokens tokens = find_tokens(bad, i % 3 ? ShardFormat::automatic : ShardFormat::llmc, "x");
        const auto width = static_cast<std::size_t>(tokens.bytes_per_token);
        CHECK(tokens.count > 0);
        CHECK(tokens.offset + tokens.count * width == bad.size());
        CHECK(tokens.offset % width == 0);
      } catch (const Error&) {
        ++refused;
      }
    }
  }
  CHECK(refused > 2'000);
}

TEST_CASE("tokens refuses a file for both training and evaluation") {
  const TemporaryFolder folder;
  folder.write("a.bin", "ab");
  std::filesystem::create_symlink("a.bin", folder / "b.bin");
  CHECK_THROWS_WITH(
      tokens_in(folder, {{"train", Names{"a.bin"}}, {"validation_files", Names{"b.bin"}}}).token_shards(),
      Contains("dataset.validation_files: ") && Contains("b.bin is also one of the files of dataset.train"));
  CHECK_THROWS_WITH(tokens_in(folder, {{"train", Names{"*.bin"}}}).token_shards(), Contains("a second time"));
}

TEST_CASE("tokens names what it does not find") {
  const TemporaryFolder folder;
  folder.write("train.bin", "ab");
  CHECK_THROWS_WITH(tokens_in(folder, {{"train", Names{"trian.bin"}}}).token_shards(),
                    Contains("dataset.train: no file or folder 'trian.bin'") && Contains("did you mean 'train.bin'?"));
  CHECK_THROWS_WITH(
      tokens_in(folder, {{"train", Names{"train.bin"}}, {"validation_files", Names{"v*"}}}).token_shards(),
      Contains("dataset.validation_files: no file matches 'v*'"));
  CHECK_THROWS_WITH(tokens_in(folder, {}), Contains("train"));
}

/// Ids as a text has them, in any width.
template <typename Number>
std::string some_ids(std::uint32_t vocab_size) {
  std::mt19937 random(5);
  std::vector<Number> ids;
  for (int i = 0; i < 4000; ++i) ids.push_back(static_cast<Number>(random() % vocab_size));
  return bytes_of(ids);
}

TEST_CASE("tokens of another width than 16 bits are told by their zeros") {
  for (const std::uint32_t vocab_size : {65U, 600U, 50257U, 128256U, 200000U}) {
    CAPTURE(vocab_size);
    CHECK_THAT(problem_with(some_ids<std::uint32_t>(vocab_size)),
               Contains("train.bin: looks like 32-bit ids") && Contains("or format: nanogpt32"));
    CHECK_THAT(problem_with(some_ids<std::uint64_t>(vocab_size)), Contains("train.bin: looks like 64-bit ids"));
    const ShardTokens wide = find_tokens(some_ids<std::uint32_t>(vocab_size), ShardFormat::nanogpt32, "train.bin");
    CHECK(wide.count == 4000);
    CHECK(wide.bytes_per_token == 4);
    CHECK(find_tokens(some_ids<std::uint16_t>(std::min(vocab_size, 65536U)), ShardFormat::automatic, "t").count ==
          4000);
  }
  for (const std::uint32_t vocab_size : {1U, 2U, 4U})
    CHECK(find_tokens(some_ids<std::uint16_t>(vocab_size), ShardFormat::automatic, "t").count == 4000);
  CHECK_THAT(problem_with(llmc_file(20240520, 1, kLlamaIds)), Contains(": its tokens have 4 bytes each"));
  CHECK_THAT(problem_with(llmc_file(20240801, 7, kGpt2Ids)), Contains(": its tokens have 2 bytes each"));
  CHECK_THAT(problem_with("abcdef", ShardFormat::nanogpt32),
             Contains("has 6 bytes, which is not a whole number of tokens of 4"));
}

TEST_CASE("tokens are named as what they are where they are none") {
  CHECK_THAT(problem_with("\x93NUMPY" + some_ids<std::uint16_t>(600)), Contains("is a numpy file"));
  CHECK_THAT(problem_with(llmc_file(20240522, 1, kGpt2Ids)),
             Contains("is an llm.c file for a multiple-choice evaluation"));
  const TemporaryFolder folder;
  folder.write("train.bin.gz", "\x1F\x8B\x08" + some_ids<std::uint16_t>(600));
  CHECK_THROWS_WITH(tokens_in(folder, {{"train", Names{"train.bin.gz"}}}).token_shards(),
                    Contains("train.bin.gz: is compressed"));
  CHECK(find_tokens("\x1F\x8B\x08\x01", ShardFormat::automatic, "train.bin").count == 2);  // ids may be such
}

}  // namespace
}  // namespace folio::tokens
