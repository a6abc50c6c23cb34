#include "formats/model_weights.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "mutate.h"
#include "support/error.h"
#include "temporary_folder.h"

using namespace folio;
using Catch::Matchers::Contains;
using test::TemporaryFolder;

namespace {

using nlohmann::json;

constexpr float kValues[4] = {1, 2, 3, 4};

void write_shard(const TemporaryFolder& folder, const std::string& name, const std::vector<std::string>& tensors) {
  std::vector<TensorView> views;
  for (const std::string& tensor : tensors) views.push_back({tensor, "F32", {4}, kValues, sizeof kValues});
  write_safetensors(folder / name, views);
}

void write_index(const TemporaryFolder& folder, const json& map) {
  folder.write(kWeightsIndexFile, json{{"metadata", {{"total_size", 48}}}, {"weight_map", map}}.dump());
}

std::string problem_with(const TemporaryFolder& folder) {
  try {
    const ModelWeights weights(folder.path());
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::run);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("weights are read from one file or from several with an index") {
  const TemporaryFolder folder;
  write_shard(folder, "a.safetensors", {"w", "x"});
  write_shard(folder, "b.safetensors", {"y"});
  write_index(folder, {{"w", "a.safetensors"}, {"x", "a.safetensors"}, {"y", "b.safetensors"}});
  const ModelWeights sharded(folder.path());
  REQUIRE(sharded.tensors().size() == 3);
  CHECK(sharded.tensors()[2].entry.name == "y");
  CHECK(sharded.file_of(sharded.tensors()[2]) == folder / "b.safetensors");
  CHECK(sharded.files() == std::vector{folder / "a.safetensors", folder / "b.safetensors"});
  float read[3] = {};
  sharded.read(sharded.tensors()[1], sizeof(float), reinterpret_cast<char*>(read), sizeof read);
  CHECK(std::vector<float>(read, read + 3) == std::vector<float>{2, 3, 4});

  write_shard(folder, kWeightsFile, {"z"});  // which transformers takes before an index
  const ModelWeights single(folder.path());
  REQUIRE(single.tensors().size() == 1);
  CHECK(single.tensors()[0].entry.name == "z");
}

TEST_CASE("links lead to files elsewhere, as in the cache of a hub") {
  const TemporaryFolder folder, blobs;
  write_shard(blobs, "0123", {"w"});
  std::filesystem::create_symlink(blobs / "0123", folder / "model.safetensors");
  CHECK(ModelWeights(folder.path()).tensors().size() == 1);
}

TEST_CASE("a folder without weights says what there is, and a pickle is never read") {
  const TemporaryFolder folder;
  CHECK_THAT(problem_with(folder), Contains("has neither model.safetensors nor model.safetensors.index.json"));
  folder.write("pytorch_model.bin", "not looked at");
  CHECK_THAT(problem_with(folder), Contains("has pytorch_model.bin and no model.safetensors") &&
                                       Contains("Folio never reads") && Contains("save_pretrained"));
}

TEST_CASE("an index and its files have to agree") {
  const TemporaryFolder folder;
  write_shard(folder, "a.safetensors", {"w"});
  write_shard(folder, "b.safetensors", {"x"});
  write_index(folder, {{"w", "a.safetensors"}, {"x", "c.safetensors"}});
  CHECK_THAT(problem_with(folder), Contains("names the file 'c.safetensors', which is not there"));
  write_index(folder, {{"w", "b.safetensors"}, {"x", "b.safetensors"}});
  CHECK_THAT(problem_with(folder), Contains("names tensors that are not in their files: 'b.safetensors: w'"));
  write_index(folder, {{"w", "b.safetensors"}, {"x", "a.safetensors"}});
  CHECK_THAT(problem_with(folder), Contains("does not say that these are where they are: 'a.safetensors: w'"));
  write_index(folder, {{"w", "a.safetensors"}, {"y", "b.safetensors"}});
  CHECK_THAT(problem_with(folder), Contains("does not say that these are where they are: 'b.safetensors: x'"));
  write_shard(folder, "b.safetensors", {"w", "x"});
  write_index(folder, {{"w", "a.safetensors"}, {"x", "b.safetensors"}});
  CHECK_THAT(problem_with(folder), Contains("tensor 'w' is in another file too"));
}

TEST_CASE("an index leads to no file but those beside it") {
  const TemporaryFolder folder;
  for (const std::string name : {"../a.safetensors", "/etc/passwd", "a/b.safetensors", "..", "", ".safetensors",
                                 "pytorch_model.bin", "a\\b.safetensors"}) {
    INFO(name);
    write_index(folder, {{"w", name}});
    CHECK_THAT(problem_with(folder),
               Contains("weight_map.w: expected the name of a .safetensors file in the same folder"));
  }
  write_index(folder, {{"w", std::string("a\0.safetensors", 14)}});
  CHECK_THAT(problem_with(folder), Contains("expected the name of a .safetensors file"));
}

TEST_CASE("an index is JSON of one form") {
  const auto problem = [](const std::string& text) {
    try {
      parse_weights_index(text, "index");
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("none");
  };
  CHECK(problem(R"({"weight_map": {"w": "a.safetensors"}})") == "none");
  CHECK(problem("[]") == "index: expected an object, got an array");
  CHECK(problem("{}") == "index: has no 'weight_map'");
  CHECK(problem(R"({"weight_map": {}})") == "index: weight_map: names no tensors");
  CHECK(problem(R"({"weight_map": []})") == "index: weight_map: expected an object, got an array");
  CHECK(problem(R"({"weight_map": {"w": 1}})") == "index: weight_map.w: expected a text, got 1");
  CHECK_THAT(problem(R"({"weight_map": {"w": "a.safetensors", "w": "b.safetensors"}})"), Contains("occurs twice"));
  CHECK_THAT(problem(std::string(100, '[')), Contains("is nested deeper than 32"));
}

TEST_CASE("an index survives any change") {
  const std::string good =
      R"({"metadata": {"total_size": 48}, "weight_map": {"w": "a.safetensors", "x": "b.safetensors"}})";
  std::mt19937 random(7);
  int refused = 0;
  constexpr int kRounds = 5000;
  for (int round = 0; round < kRounds; ++round) {
    try {
      for (const auto& [tensor, file] : parse_weights_index(test::mutate(good, random), "index"))
        REQUIRE(file.find('/') == std::string::npos);
    } catch (const Error&) {
      ++refused;
    }
  }
  CHECK(refused > kRounds / 2);
}
