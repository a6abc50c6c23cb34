#include "formats/checkpoint_manifest.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "support/error.h"
#include "support/files.h"
#include "support/sha256.h"
#include "temporary_folder.h"

using namespace folio;
using Catch::Contains;
using folio::test::TemporaryFolder;

namespace {

namespace fs = std::filesystem;

/// A whole checkpoint of the step, with two files.
fs::path whole_checkpoint(const fs::path& checkpoints, std::int64_t step) {
  const fs::path folder = checkpoint_path(checkpoints, step);
  fs::create_directories(folder);
  write_file_atomically(folder / "model.safetensors", "the weights");
  write_file_atomically(folder / "training.json", "{}");
  write_checkpoint_manifest(
      folder,
      {step, {{"model.safetensors", {11, sha256_hex("the weights")}}, {"training.json", {2, sha256_hex("{}")}}}});
  return folder;
}

std::string manifest_with(const std::string& files, const std::string& step = "4", const std::string& format = "1") {
  return R"({"format": )" + format + R"(, "step": )" + step + R"(, "files": )" + files + "}";
}

}  // namespace

TEST_CASE("a checkpoint is whole while every file is as its manifest says") {
  const TemporaryFolder scratch;
  const fs::path folder = whole_checkpoint(scratch.path(), 40);
  const CheckpointManifest manifest = verify_checkpoint(folder);
  CHECK(manifest.step == 40);
  REQUIRE(manifest.files.size() == 2);
  CHECK(manifest.files.at("model.safetensors") == CheckpointManifest::File{11, sha256_hex("the weights")});

  SECTION("also where somebody copied it") {
    fs::create_directories(scratch.path() / "copies");
    fs::copy(folder, scratch.path() / "copies/checkpoint-40", fs::copy_options::recursive);
    CHECK(verify_checkpoint(scratch.path() / "copies/checkpoint-40").step == 40);
  }
  SECTION("a byte is another") {
    write_file_atomically(folder / "model.safetensors", "the weightS");
    CHECK_THROWS_WITH(verify_checkpoint(folder), Contains("model.safetensors: has the SHA-256 ") &&
                                                     Contains(", the manifest says " + sha256_hex("the weights")));
  }
  SECTION("a file is cut short") {
    fs::resize_file(folder / "model.safetensors", 5);
    CHECK_THROWS_WITH(verify_checkpoint(folder), Contains("has 5 bytes, the manifest says 11"));
  }
  SECTION("a file is gone") {
    fs::remove(folder / "training.json");
    CHECK_THROWS_WITH(verify_checkpoint(folder), Contains("training.json: is missing"));
  }
  SECTION("a file is a link") {
    fs::remove(folder / "training.json");
    fs::create_symlink("/dev/zero", folder / "training.json");
    CHECK_THROWS_WITH(verify_checkpoint(folder), Contains("training.json: is no regular file"));
  }
  SECTION("the manifest was not reached") {
    fs::remove(folder / "manifest.json");
    CHECK_THROWS_WITH(verify_checkpoint(folder), Contains("manifest.json: is missing, so the checkpoint is not whole"));
  }
  SECTION("the folder is called as another step's") {
    fs::rename(folder, scratch.path() / "checkpoint-41");
    CHECK_THROWS_WITH(verify_checkpoint(scratch.path() / "checkpoint-41"),
                      Contains("step: is 40, but the folder is called checkpoint-41"));
  }
}

TEST_CASE("a manifest that is none is refused by what is wrong with it") {
  const std::string hash(64, 'a');
  const auto [text, problem] = GENERATE_COPY(table<std::string, std::string>({
      {"", "manifest.json: "},
      {"[]", "manifest.json: "},
      {manifest_with("{}", "-1"), "step: "},
      {manifest_with("{}", "1.5"), "step: "},
      {manifest_with("{}", "1", "2"), "format: was written by a newer Folio"},
      {manifest_with("[]"), "files: "},
      {manifest_with(R"({"../a": {"size": 1, "sha256": ")" + hash + R"("}})"), "is no name of a file"},
      {manifest_with(R"({".hidden": {"size": 1, "sha256": ")" + hash + R"("}})"), "is no name of a file"},
      {manifest_with(R"({"a": {"size": -1, "sha256": ")" + hash + R"("}})"), "size: "},
      {manifest_with(R"({"a": {"size": 1, "sha256": "AB"}})"), "sha256: expected 64 hexadecimal digits"},
      {manifest_with(R"({"a": {"size": 1}})"), "sha256"},
  }));
  CAPTURE(text);
  CHECK_THROWS_WITH(parse_checkpoint_manifest(text, "manifest.json"), Contains(problem));
}

TEST_CASE("checkpoints are counted by their step, whatever their times") {
  const TemporaryFolder scratch;
  for (const std::int64_t step : {100, 9, 20}) whole_checkpoint(scratch.path(), step);
  for (const char* other :
       {"checkpoint-007", "checkpoint-x", "checkpoint--1", "superseded-30", ".saving-40", "checkpoint-"})
    fs::create_directories(scratch.path() / other);
  std::vector<std::int64_t> steps;
  for (const CheckpointFolder& found : checkpoints_in(scratch.path())) steps.push_back(found.step);
  CHECK(steps == std::vector<std::int64_t>{100, 20, 9});
  CHECK(checkpoints_in(scratch.path() / "nowhere").empty());
}
