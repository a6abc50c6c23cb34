#include "train/saving/checkpoint_writer.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "folio/error.h"
#include "formats/checkpoint_manifest.h"
#include "formats/safetensors.h"
#include "temporary_folder.h"

using namespace folio;
using namespace folio::train;
using folio::test::TemporaryFolder;

namespace {

namespace fs = std::filesystem;

constexpr double kPlenty = 1e12;

CheckpointContents contents_of(std::int64_t step, const at::Tensor& tensor) {
  CheckpointContents contents;
  contents.step = step;
  contents.tensor_files["model.safetensors"] = {{"weight", tensor}};
  contents.texts["training.json"] = "{}";
  return contents;
}

/// The first value of the checkpoint's tensor.
float saved_value(const fs::path& checkpoint) {
  const SafetensorsFile file(checkpoint / "model.safetensors");
  return *static_cast<const float*>(file.find("weight")->data);
}

std::int64_t open_descriptors() {
  return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
}

/// Bytes of memory that belong to this process alone.
double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  double total = 0, resident = 0;
  file >> total >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

TEST_CASE("a checkpoint has the tensors as they were when it was begun") {
  const TemporaryFolder scratch;
  const fs::path folder = scratch.path() / "checkpoints";
  for (const double free_memory : {kPlenty, 0.0}) {
    const at::Tensor weight = at::full({300, 400}, 1.0);
    CheckpointWriter writer(folder, [&] { return free_memory; });
    const auto where = writer.save(contents_of(4, weight));
    CHECK(where ==
          (free_memory > 0 ? CheckpointWriter::Where::beside_training : CheckpointWriter::Where::before_training));
    writer.let_tensors_change();
    weight.fill_(2);
    writer.finish();
    CHECK_FALSE(writer.at_work());
    CHECK(verify_checkpoint(checkpoint_path(folder, 4)).files.size() == 2);
    CHECK(saved_value(checkpoint_path(folder, 4)) == 1);
  }
  CHECK(std::distance(fs::directory_iterator(folder), fs::directory_iterator()) == 1);  // and nothing else
}

TEST_CASE("saves that come faster than the disk takes them wait for the last but one") {
  const TemporaryFolder scratch;
  const at::Tensor weight = at::full({300, 400}, 1.0);
  CheckpointWriter writer(scratch.path(), [] { return kPlenty; });
  for (std::int64_t step = 1; step <= 30; ++step) {
    writer.save(contents_of(step, weight));
    if (step > 2) CHECK(fs::exists(checkpoint_path(scratch.path(), step - 2)));
  }
  writer.finish();
  CHECK(saved_value(checkpoint_path(scratch.path(), 30)) == 1);
}

TEST_CASE("memory that is kept for the next copy counts as free") {
  const TemporaryFolder scratch;
  const at::Tensor weight = at::full({300, 400}, 1.0);
  double free_memory = 0;
  CheckpointWriter writer(scratch.path(), [&] { return free_memory; });
  const auto bytes = 1.05 * static_cast<double>(weight.nbytes());  // too little by itself
  const auto where = [&](std::int64_t step) { return writer.save(contents_of(step, weight)); };
  free_memory = 2 * bytes;
  CHECK(where(1) == CheckpointWriter::Where::beside_training);
  while (writer.at_work()) ::usleep(1000);
  free_memory = bytes;
  CHECK(where(2) == CheckpointWriter::Where::beside_training);
  writer.finish();  // which gives it back
  CHECK(where(3) == CheckpointWriter::Where::before_training);
  CHECK(saved_value(checkpoint_path(scratch.path(), 3)) == 1);
}

TEST_CASE("memory may be made ready before the first checkpoint") {
  const TemporaryFolder scratch;
  const at::Tensor weight = at::full({300, 400}, 1.0);
  for (const std::size_t bytes : {weight.nbytes(), std::size_t{1}, std::size_t{1} << 28}) {  // or another amount
    CheckpointWriter writer(scratch.path(), [] { return kPlenty; });
    writer.expect(bytes);
    writer.save(contents_of(7, weight));
    writer.let_tensors_change();
    weight.add_(1);
    writer.finish();
    CHECK(saved_value(checkpoint_path(scratch.path(), 7)) == weight.min().item<float>() - 1);
  }
  CheckpointWriter(scratch.path(), [] { return kPlenty; }).expect(std::size_t{1} << 28);  // and is not needed
}

TEST_CASE("a transposed tensor is written in its own order") {
  const TemporaryFolder scratch;
  const at::Tensor weight = at::arange(70 * 45, at::kFloat).view({70, 45});
  CheckpointWriter writer(scratch.path(), [] { return kPlenty; });
  writer.save(contents_of(1, weight.t()));
  writer.finish();
  const SafetensorsFile file(checkpoint_path(scratch.path(), 1) / "model.safetensors");
  const TensorView& stored = *file.find("weight");
  CHECK(stored.shape == std::vector<std::int64_t>{45, 70});
  const at::Tensor wanted = weight.t().contiguous();
  CHECK(std::memcmp(stored.data, wanted.const_data_ptr(), stored.bytes) == 0);
}

TEST_CASE("what is outdated goes once the new one is there, and what a killed process left goes at the start") {
  const TemporaryFolder scratch;
  const at::Tensor weight = at::full({2}, 1.0);
  {
    CheckpointWriter writer(scratch.path(), [] { return kPlenty; });
    for (const std::int64_t step : {1, 2}) writer.save(contents_of(step, weight));
    CheckpointContents third = contents_of(3, weight);
    third.outdated = {1};
    writer.save(std::move(third));
    writer.save(contents_of(2, at::full({2}, 7.0)));  // in place of the one that is there
  }
  CHECK_FALSE(fs::exists(checkpoint_path(scratch.path(), 1)));
  CHECK(verify_checkpoint(checkpoint_path(scratch.path(), 3)).step == 3);
  CHECK(saved_value(checkpoint_path(scratch.path(), 2)) == 7);
  fs::create_directories(scratch.path() / ".saving-9");
  for (const char* name : {"mine", ".saving-notes", ".saving-"}) fs::create_directories(scratch.path() / name);
  fs::create_directory_symlink(scratch.path() / "mine", scratch.path() / ".saving-8");
  const CheckpointWriter again(scratch.path());
  CHECK_FALSE(fs::exists(scratch.path() / ".saving-9"));
  for (const char* name : {"mine", ".saving-notes", ".saving-", ".saving-8"}) CHECK(fs::exists(scratch.path() / name));
}

TEST_CASE("a save that fails is told by the next one, and leaves the checkpoints before it whole") {
  const TemporaryFolder scratch;
  const at::Tensor weight = at::full({200, 200}, 1.0);
  CheckpointWriter writer(scratch.path(), [] { return kPlenty; });
  writer.save(contents_of(1, weight));
  writer.finish();
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto old_handler = ::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{1000, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  writer.save(contents_of(2, weight));
  std::string message;
  try {
    writer.finish();
  } catch (const Error& error) {
    message = error.what();
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, old_handler);
  CHECK_THAT(message, Catch::Contains(".saving-2/model.safetensors") && Catch::Contains("File too large"));
  CHECK_FALSE(fs::exists(checkpoint_path(scratch.path(), 2)));
  CHECK(verify_checkpoint(checkpoint_path(scratch.path(), 1)).step == 1);
  writer.save(contents_of(3, weight));
  writer.finish();
  CHECK(verify_checkpoint(checkpoint_path(scratch.path(), 3)).step == 3);
}

TEST_CASE("many saves take no more memory and descriptors than one") {
  const TemporaryFolder on_disk;
  const fs::path in_memory = "/dev/shm/folio_many_saves_" + std::to_string(::getpid());
  const fs::path folder = fs::exists("/dev/shm") ? in_memory : on_disk.path();
  const at::Tensor weight = at::full({256, 1024}, 1.0);  // 1 MiB
  {
    CheckpointWriter writer(folder, [] { return kPlenty; });
    std::int64_t descriptors = 0;
    double bytes = 0;
    for (std::int64_t step = 1; step <= 300; ++step) {
      CheckpointContents contents = contents_of(step, weight);
      if (step > 1) contents.outdated = {step - 1};
      writer.save(std::move(contents));
      writer.finish();
      if (step != 50) continue;
      descriptors = open_descriptors();
      bytes = resident_bytes();
    }
    CHECK(open_descriptors() == descriptors);
    CHECK(resident_bytes() < bytes + 16e6);  // of 250 MiB that were copied since
  }
  CHECK(checkpoints_in(folder).size() == 1);
  fs::remove_all(in_memory);
}
