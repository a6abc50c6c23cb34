#include "formats/safetensors.h"

#include <catch2/catch.hpp>
#include <cstring>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "mutate.h"
#include "support/error.h"
#include "support/files.h"
#include "temporary_folder.h"

using namespace folio;
using Catch::Matchers::Contains;
using test::TemporaryFolder;

namespace {

namespace fs = std::filesystem;

std::string file_of(const std::string& header, const std::string& data) {
  const std::uint64_t length = header.size();
  std::string file(sizeof length, '\0');
  std::memcpy(file.data(), &length, sizeof length);
  return file + header + data;
}

std::string file_of(const nlohmann::json& header, std::size_t bytes) {
  return file_of(header.dump(), std::string(bytes, 'x'));
}

nlohmann::json tensor(const std::string& dtype, const nlohmann::json& shape, const nlohmann::json& offsets) {
  return {{"dtype", dtype}, {"shape", shape}, {"data_offsets", offsets}};
}

}  // namespace

TEST_CASE("safetensors gives back names, types, shapes, bytes and metadata, in the order written") {
  const TemporaryFolder folder;
  const float weights[6] = {1, 2, 3, 4, 5, 6};
  const std::int64_t counts[2] = {-1, INT64_MAX};
  const std::vector<TensorView> tensors{{"z.weight", "F32", {2, 3}, weights, sizeof weights},
                                        {"empty", "BF16", {0, 7}, nullptr, 0},
                                        {"a.counts", "I64", {2}, counts, sizeof counts},
                                        {"scalar", "F32", {}, weights, sizeof(float)}};
  write_safetensors(folder / "model.safetensors", tensors);
  const SafetensorsFile file(folder / "model.safetensors");
  CHECK(file.metadata() == SafetensorsMetadata{{"format", "pt"}});
  REQUIRE(file.tensors().size() == tensors.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    CHECK(file.tensors()[i].name == tensors[i].name);
    CHECK(file.tensors()[i].dtype == tensors[i].dtype);
    CHECK(file.tensors()[i].shape == tensors[i].shape);
    REQUIRE(file.tensors()[i].bytes == tensors[i].bytes);
    if (tensors[i].bytes > 0) CHECK(std::memcmp(file.tensors()[i].data, tensors[i].data, tensors[i].bytes) == 0);
  }
  CHECK(file.find("a.counts") == &file.tensors()[2]);
  CHECK(file.find("b") == nullptr);
}

TEST_CASE("safetensors begins the tensors at a multiple of eight bytes") {
  const TemporaryFolder folder;
  for (const std::string name : {"a", "ab", "abc", "abcd", "abcde", "abcdef", "abcdefg"}) {
    write_safetensors(folder / "f", std::vector<TensorView>{{name, "U8", {1}, "x", 1}});
    CHECK(fs::file_size(folder / "f") % 8 == 1);
  }
}

TEST_CASE("safetensors leaves neither a file nor a temporary one when it cannot write") {
  const TemporaryFolder folder;
  fs::create_directories(folder / "taken" / "by a folder");
  CHECK_THROWS_WITH(write_safetensors(folder / "taken", {}), Contains("taken: cannot be moved into place"));
  CHECK_THROWS_WITH(write_safetensors(folder / "nowhere" / "f", {}), Contains("nowhere/f"));
  CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 1);
}

TEST_CASE("safetensors refuses to write what it could not read") {
  const TemporaryFolder folder;
  const char byte = 0;
  const TensorView good{"a", "U8", {1}, &byte, 1};
  CHECK_THROWS_AS(write_safetensors(folder / "f", std::vector{good, good}), std::logic_error);
  CHECK_THROWS_AS(write_safetensors(folder / "f", std::vector<TensorView>{{"a", "U8", {2}, &byte, 1}}),
                  std::logic_error);
  CHECK_THROWS_AS(write_safetensors(folder / "f", std::vector<TensorView>{{"a", "u8", {1}, &byte, 1}}),
                  std::logic_error);
}

TEST_CASE("safetensors names the tensor, the rule and the offset that are wrong") {
  const auto problem = [](const std::string& file) {
    try {
      parse_safetensors(file, "f");
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::run);
      return std::string(error.what());
    }
    return std::string("none");
  };
  CHECK(problem(file_of({{"a", tensor("U8", {2}, {0, 2})}}, 2)) == "none");
  CHECK(problem("1234567") == "f: has 7 bytes, too few for safetensors");
  CHECK_THAT(problem(std::string(8, '\xFF')),
             Contains("the length given for the header is 18446744073709551615 bytes"));
  CHECK(problem(file_of(" {}", "")) == "f: the header does not begin with '{'");
  CHECK(problem(file_of("{} x", "")).starts_with("f: is not valid JSON"));
  CHECK(problem(file_of(R"({"a":1,"a":2})", "")) == "f: the name \"a\" occurs twice in one object");
  CHECK(problem(file_of({{"a", tensor("U8", {2}, {0, 2})}}, 3)) ==
        "f: 1 bytes do not belong to any tensor, from offset 2");
  CHECK(problem(file_of({{"a", tensor("U8", {2}, {0, 2})}, {"b", tensor("U8", {2}, {3, 5})}}, 5)) ==
        "f: tensor 'b' begins at offset 3, which leaves a hole after offset 2");
  CHECK(problem(file_of({{"a", tensor("U8", {2}, {0, 2})}, {"b", tensor("U8", {2}, {1, 3})}}, 3)) ==
        "f: tensor 'b' begins at offset 1, which leaves an overlap before offset 2");
  CHECK(problem(file_of({{"a", tensor("F32", {2, 2}, {0, 15})}}, 15)) ==
        "f: tensor 'a'.data_offsets: span 15 bytes from offset 0, but dtype and shape need 16");
  CHECK(problem(file_of({{"a", tensor("F32", {1LL << 62, 4}, {0, 4})}}, 4)) ==
        "f: tensor 'a'.shape: its size overflows 64 bits");
  CHECK_THAT(problem(file_of({{"a", tensor("U8", {-1}, {0, 1})}}, 1)),
             Contains("'a'.shape[0]: expected a whole number"));
  CHECK_THAT(problem(file_of({{"a", tensor("U8", {1}, {0, 9})}}, 1)), Contains("'a'.data_offsets[1]"));
  CHECK_THAT(problem(file_of({{"a", tensor("U8", {1}, {1, 0})}}, 1)), Contains("with the end not before the begin"));
  CHECK_THAT(problem(file_of({{"a", tensor("U8", {1}, {0})}}, 1)), Contains("'a'.data_offsets"));
  CHECK(problem(file_of({{"a", tensor("F4", {1}, {0, 1})}}, 1)) == "f: tensor 'a'.dtype: 'F4' is not supported");
  CHECK(problem(file_of({{"a", {{"dtype", "U8"}}}}, 0)) == "f: tensor 'a': has no 'shape'");
  CHECK(problem(file_of({{"__metadata__", {{"format", 1}}}}, 0)) == "f: __metadata__.format: expected a text, got 1");
}

TEST_CASE("safetensors survives any change to a file") {
  const std::string good = file_of({{"__metadata__", {{"format", "pt"}}},
                                    {"a", tensor("F32", {2, 3}, {0, 24})},
                                    {"b", tensor("I64", {1}, {24, 32})},
                                    {"c", tensor("BF16", {0}, {32, 32})}},
                                   32);
  REQUIRE(parse_safetensors(good, "f").tensors.size() == 3);
  std::mt19937 random(7);
  int refused = 0;
  constexpr int kRounds = 20000;
  for (int round = 0; round < kRounds; ++round) {
    const std::string file = test::mutate(good, random);
    try {
      for (const TensorView& view : parse_safetensors(file, "f").tensors) {
        const char* const begin = static_cast<const char*>(view.data);
        REQUIRE(begin >= file.data());
        REQUIRE(begin + view.bytes <= file.data() + file.size());
      }
    } catch (const Error&) {
      ++refused;
    }
  }
  CHECK(refused > kRounds / 2);
}
