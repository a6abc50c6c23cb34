#include "runs/exchange/export.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>

#include "runs/exchange/import.h"
#include "runs/exchange/tensorboard.h"
#include "support/files.h"
#include "unit/runs/scratch.h"

using namespace folio;
using namespace folio::runs;
using folio::runs::test::kInfinity;
using folio::runs::test::make_run;
using folio::runs::test::open;
using folio::runs::test::ScratchFolder;

namespace fs = std::filesystem;

namespace {

std::string hexadecimal(const std::string& bytes) {
  std::string text;
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return text;
}

/// A finished run with two logged steps, the first logged again.
Run logged_run(const ScratchFolder& scratch) {
  const NewRun made = make_run(scratch.path());
  EventWriter writer(made.folder.events());
  writer.points(10, 0.5, {{"loss", 9.0}});
  writer.points(10, 0.5, {{"loss", 6.5}, {"grad_norm", std::nan("")}});
  writer.points(20, 1, {{"loss", kInfinity}});
  writer.summary({{"train_loss", 6.25}});
  writer.finished();
  Store store = open(scratch);
  store.sync();
  return store.load(made.info.id);
}

}  // namespace

TEST_CASE("CSV has a row for each step and a column for each metric") {
  const ScratchFolder scratch;
  const Run run = logged_run(scratch);
  const fs::path to = scratch.path() / "points.csv";
  export_csv({&run, 1}, to);
  CHECK(read_file(to) == "step,epoch,loss,grad_norm\n10,0.5,6.5,nan\n20,1,inf,\n");
  CHECK_THROWS_WITH(export_csv({&run, 1}, to), Catch::Contains("already exists"));
}

TEST_CASE("exported JSON and an exported folder come back by import") {
  const ScratchFolder scratch, other;
  const Run run = logged_run(scratch);
  const bool as_json = GENERATE(true, false);
  const fs::path to = scratch.path() / (as_json ? "run.json" : "copy");
  as_json ? export_json({&run, 1}, to) : export_folder({&run, 1}, to);
  const auto reports = import_runs(other.path(), to).runs;
  REQUIRE(reports.size() == 1);
  CHECK(reports[0].unread.empty());
  Store store = open(other);
  store.sync();
  const Run back = store.load(reports[0].id);
  CHECK(back.settings == run.settings);
  CHECK(back.summary.name == run.summary.name);
  CHECK(back.summary.metrics.at("train_loss") == 6.25);
  const auto points = store.points(reports[0].id, "loss");
  REQUIRE(points.size() == 2);
  CHECK((points[0].step == 10 && points[0].value == 6.5 && points[1].value == kInfinity));
}

TEST_CASE("CRC32C is that of RFC 3720") {
  CHECK(crc32c("123456789") == 0xe3069283);
  CHECK(crc32c(std::string(32, '\0')) == 0x8a9136aa);
  CHECK(crc32c(std::string(32, '\xff')) == 0x62a8ab43);
}

// From tests/reference/tensorboard_event.py, with tensorboard 2.21.0 and protobuf 7.36.2.
TEST_CASE("records are byte for byte those that TensorBoard writes") {
  CHECK(hexadecimal(tensorboard_header(0.5)) ==
        "1800000000000000a37f4b2209000000000000e03f1a0d627261696e2e4576656e743a3266f7e1a8");
  CHECK(hexadecimal(tensorboard_scalar("loss", 300, 6.5F, 1.5)) ==
        "1b000000000000001a0d9e1309000000000000f83f10ac022a0d0a0b0a046c6f7373150000d0407c128894");
}

TEST_CASE("a folder of TensorBoard's events has a record for each point") {
  const ScratchFolder scratch;
  const Run run = logged_run(scratch);
  const fs::path to = scratch.path() / "events";
  export_tensorboard({&run, 1}, to);
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(to)) files.push_back(entry.path());
  REQUIRE(files.size() == 1);
  CHECK_THAT(files[0].filename().string(), Catch::StartsWith("events.out.tfevents."));
  const std::string bytes = read_file(files[0]);
  int records = 0;
  for (std::size_t at = 0; at < bytes.size(); ++records) {
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data() + at, sizeof length);
    at += 8 + 4 + length + 4;
    REQUIRE(at <= bytes.size());
  }
  CHECK(records == 1 + 2 + 2 + 1);  // the header; epoch, loss, grad_norm
}
