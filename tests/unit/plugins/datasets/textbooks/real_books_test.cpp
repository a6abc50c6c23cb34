#include <algorithm>
#include <catch2/catch.hpp>
#include <sstream>

#include "fixtures.h"
#include "support/sha256.h"

namespace folio::textbooks {
namespace {

/// The folders that hold real books on a developer's machine. Where a book is in none, a test cannot check anything:
/// it is counted as skipped by ctest (SKIP_REGULAR_EXPRESSION), and fails in CI.
Places real_places() {
  Places places;
  const char* listed = std::getenv("FOLIO_DATA");
  std::istringstream folders(listed ? listed : "");
  for (std::string folder; std::getline(folders, folder, ':');) places.folders.emplace_back(folder);
  places.folders.push_back(std::filesystem::path(FOLIO_SOURCE_DIR) / "data");
  places.folders.push_back(std::filesystem::path(FOLIO_SOURCE_DIR) / "../shared/data");
  return places;
}

std::optional<Document> real_book(const std::string& id) {
  const Places places = real_places();
  if (find_sources({id}, places)[0].file.empty()) {
    if (std::getenv("CI")) FAIL(id << ".txt is in none of the folders of FOLIO_DATA, data and ../shared/data");
    WARN("SKIPPED: " << id << ".txt is not here");
    return std::nullopt;
  }
  return read_all({{"books", Names{id}}, {"download", false}, {"stand_in", false}}, places).at(0);
}

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

/// By tests/reference/book_bodies.py.
struct Expected {
  const char* id;
  std::size_t characters;
  const char* sha256;  ///< of the book without licence, line ends as in the file
};
constexpr Expected kExpected[] = {
    {"romeo-and-juliet", 147'917, "ec05daddad52dd258887f934c54c36e0b0a8aadce8e9d71895f99e5754217f7a"},
    {"macbeth", 107'841, "8de8481b4ad9cf9c751370696a2599bb2dc0a5610221c4b732a079c88256cf03"},
    {"pride-and-prejudice", 697'950, "f4500f2c1ede6e0655e853dcf4dda1f32ec560361cfa1a154510ac65867074d1"},
    {"moby-dick", 1'241'008, "0df5f1e6562f1d63a3c867bd97a1598ba286e6238936929c0828ac01c0ceb848"},
};

TEST_CASE("real books are the catalogue's editions, cut where the reference cuts them") {
  for (const Expected& expected : kExpected) {
    const auto document = real_book(expected.id);
    if (!document) continue;
    INFO(expected.id);
    CHECK(document->provenance.note.empty());
    CHECK(document->provenance.source_hash == find_in_catalogue(expected.id)->sha256);
    CHECK(sha256_hex(document->text) == expected.sha256);
    CHECK(code_points(document->text) == expected.characters);
    CHECK(find_in_catalogue(expected.id)->body_size == expected.characters);
  }
}

TEST_CASE("real Romeo and Juliet has 288 whole chunks of 512 characters") {
  const auto document = real_book("romeo-and-juliet");
  if (!document) return;
  CHECK(code_points(document->text) == 147'917);
  CHECK(code_points(document->text) / 512 == 288);
}

}  // namespace
}  // namespace folio::textbooks
