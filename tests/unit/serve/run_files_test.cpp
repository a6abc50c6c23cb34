#include "serve/run_files.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "temporary_folder.h"

using namespace folio::serve;
namespace fs = std::filesystem;

namespace {

int open_status(const fs::path& folder, const std::vector<std::string>& parts) {
  try {
    open_below(folder, parts);
    return 200;
  } catch (const HttpError& error) {
    return error.status();
  }
}

void put(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

TextPart text_from(const fs::path& folder, std::int64_t from) {
  return read_text(open_below(folder, {"log.txt"}), from);
}

}  // namespace

TEST_CASE("files are opened below the folder alone") {
  const folio::test::TemporaryFolder scratch;
  const fs::path run = scratch.path() / "run";
  fs::create_directories(run / "model");
  put(scratch.path() / "secret", "secret");
  put(run / "run.json", "{}");
  put(run / "model/config.json", "{ }");
  fs::create_symlink(scratch.path() / "secret", run / "link");
  fs::create_symlink("run.json", run / "inner");
  fs::create_directory_symlink(scratch.path(), run / "up");
  REQUIRE(::mkfifo((run / "pipe").c_str(), 0600) == 0);
  CHECK(open_status(run, {"run.json"}) == 200);
  CHECK(open_below(run, {"model", "config.json"}).size == 3);
  for (const std::vector<std::string>& parts : std::vector<std::vector<std::string>>{{},
                                                                                     {"nothing"},
                                                                                     {"model"},
                                                                                     {"link"},
                                                                                     {"inner"},
                                                                                     {"pipe"},
                                                                                     {"up", "secret"},
                                                                                     {".."},
                                                                                     {"..", "secret"},
                                                                                     {"model", "..", "..", "secret"}})
    CHECK(open_status(run, parts) == 404);
  CHECK(open_status(run, {"model/config.json"}) == 400);
  CHECK(open_status(run, {scratch.path().string() + "/secret"}) == 400);
  CHECK(open_status(scratch.path() / "gone", {"run.json"}) == 404);
  const auto [files, more] = files_below(run);
  CHECK_FALSE(more);
  REQUIRE(files.size() == 2);
  CHECK(files[0].path == "model/config.json");
  CHECK(files[0].bytes == 3);
  CHECK(files[1].path == "run.json");
  CHECK_FALSE(files_below(run, 2).more);
  CHECK(files_below(run, 1).more);
  CHECK(files_below(run, 1).files.size() == 1);
  CHECK_THROWS_AS(files_below(scratch.path() / "gone"), HttpError);
}

TEST_CASE("text is read in parts that end with whole characters") {
  const folio::test::TemporaryFolder scratch;
  const std::string part = "läßt sich — 𝄞 \n";
  std::string whole;
  while (whole.size() < 700'000) whole += part;
  put(scratch.path() / "log.txt", whole);
  std::string read;
  int parts = 0;
  for (std::int64_t from = 0;;) {
    const TextPart next = text_from(scratch.path(), from);
    CHECK(next.size == whole.size());
    if (next.text.empty()) break;
    CHECK(next.from == read.size());
    read += next.text;
    from = static_cast<std::int64_t>(next.to);
    REQUIRE(++parts < 10);
  }
  CHECK(read == whole);
  CHECK(parts == 3);
  for (std::int64_t back = 1; back < 40; ++back) {
    const TextPart tail = text_from(scratch.path(), -back);
    CHECK(tail.text == whole.substr(tail.from));
    CHECK(whole.size() - tail.from <= static_cast<std::size_t>(back));
  }
  CHECK(text_from(scratch.path(), 1'000'000).text.empty());
  CHECK(text_from(scratch.path(), -9'000'000).from == 0);
  put(scratch.path() / "log.txt", "a\xff\xc3");
  CHECK(text_from(scratch.path(), 0).text == "a\uFFFD");  // the rest of the last character may be still to come
  CHECK(text_from(scratch.path(), 2).text.empty());       // at the beginning of a part, too
  CHECK(text_from(scratch.path(), 2).to == 2);
  CHECK(text_from(scratch.path(), -1).text.empty());
  put(scratch.path() / "log.txt", "a\xff\xc3\xa4");
  CHECK(text_from(scratch.path(), 2).text == "ä");
  for (const char* none : {"\xff", "\xc0", "\xf5", "\x80"}) {  // of no character the first byte
    put(scratch.path() / "log.txt", none);
    CHECK(text_from(scratch.path(), 0).text == "\uFFFD");
  }
  put(scratch.path() / "log.txt", "");
  CHECK(text_from(scratch.path(), -5).size == 0);
}
