#include "runs/store/damaged_store.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <limits>

#include "support/files.h"
#include "unit/runs/scratch.h"

using namespace folio;
using namespace folio::runs;
using folio::runs::test::make_run;
using folio::runs::test::open;
using folio::runs::test::ScratchFolder;

namespace fs = std::filesystem;

namespace {

/// A store of some 100 pages.
void fill(const ScratchFolder& scratch) {
  for (int i = 0; i < 20; ++i) {
    EventWriter writer(make_run(scratch.path()).folder.events());
    for (int step = 1; step <= 200; ++step) writer.points(step, 0, {{"loss", step * 0.5}});
    writer.summary({{"train_loss", std::numeric_limits<double>::infinity()}, {"eval_loss", std::nan("")}});
    writer.finished();
  }
  open(scratch).sync();
}

void damage_middle(const fs::path& file) {
  std::string bytes = read_file(file);
  const std::size_t page = 4096;
  const std::size_t begin = bytes.size() / page / 2 * page;
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(begin), 4 * page, '\x5a');
  std::ofstream(file, std::ios::binary) << bytes;
}

}  // namespace

TEST_CASE("a damaged store is told and set aside, and made anew from the folders") {
  const ScratchFolder scratch;
  const fs::path file = store_file(scratch.path());
  CHECK(store_is_sound(file));  // not there yet
  fill(scratch);
  CHECK(store_is_sound(file));
  damage_middle(file);
  CHECK_FALSE(store_is_sound(file));
  const std::string before = read_file(file);
  std::ofstream(file.string() + "-journal") << "left behind";

  const fs::path aside = set_store_aside(file);
  CHECK(aside == file.string() + ".damaged");
  CHECK(read_file(aside) == before);
  CHECK(read_file(aside.string() + "-journal") == "left behind");
  CHECK_FALSE(fs::exists(file));
  CHECK_FALSE(fs::exists(file.string() + "-journal"));
  Store store = open(scratch);
  CHECK(store.sync().empty());
  const auto runs = store.list();
  REQUIRE(runs.size() == 20);
  CHECK(store.points(runs[7].id, "loss").size() == 200);
  CHECK(runs[7].metrics.at("train_loss") == std::numeric_limits<double>::infinity());
  CHECK(std::isnan(runs[7].metrics.at("eval_loss")));
}

TEST_CASE("a file that is no database is not sound, and what was set aside before stays") {
  const ScratchFolder scratch;
  const fs::path file = store_file(scratch.path());
  for (const char* const aside : {".damaged", ".damaged-2", ".damaged-3"}) {
    const std::string text = std::string(5000, 'x') + aside;
    std::ofstream(file) << text;
    CHECK_FALSE(store_is_sound(file));
    CHECK(read_file(file) == text);
    CHECK(set_store_aside(file) == file.string() + aside);
  }
  for (const char* const aside : {".damaged", ".damaged-2", ".damaged-3"})
    CHECK_THAT(read_file(file.string() + aside), Catch::EndsWith(aside));
}
