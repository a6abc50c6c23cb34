#include "textbooks/stand_in.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "fixtures.h"
#include "folio/error.h"
#include "http_server.h"
#include "support/sha256.h"

namespace folio::textbooks {
namespace {

TEST_CASE("stand-in is the same text for the same seed, everywhere, and another for another") {
  // The hash keeps the grammar and the generator from changing unnoticed: runs on stand-ins are compared by it.
  CHECK(sha256_hex(stand_in_play(1513, 100'000)) == "9fe8a2dffbfd9383663ae12c1f054f004b1a2f522fc7ea3de738c8e46099c0ab");
  CHECK(stand_in_play(1513, 5'000) != stand_in_play(1533, 5'000));
}

TEST_CASE("stand-in has the size asked for and begins the same whatever that is") {
  const std::string longer = stand_in_play(7, 20'000);
  for (const std::size_t size : {0, 1, 500, 19'999}) CHECK(stand_in_play(7, size) == longer.substr(0, size));
  CHECK(longer.size() == 20'000);
}

TEST_CASE("stand-in is a play: acts, scenes, directions, speakers, ASCII in lines that end with CRLF") {
  const std::string play = stand_in_play(2701, 1'241'008);
  for (const char* part : {"PERSONS REPRESENTED\r\n", "\r\nACT I\r\n", "\r\nACT XLIX\r\n", "\r\nSCENE V. ", "[Enter ",
                           "[Exeunt.]", "[Aside.]"}) {
    CHECK(play.find(part) != std::string::npos);
  }
  CHECK(play.find_first_of("<>") == std::string::npos);
  CHECK(std::all_of(play.begin(), play.end(), [](char c) { return (c >= ' ' && c <= '~') || c == '\r' || c == '\n'; }));
  CHECK(std::count(play.begin(), play.end(), '\n') == std::count(play.begin(), play.end(), '\r'));
}

TEST_CASE("stand-in takes a missing catalogue book's place, and says so") {
  const TemporaryFolder folder;
  for (const CatalogueBook& book : catalogue()) {
    const auto documents = read_all({{"books", Names{std::string(book.id)}}, {"download", false}}, places_in(folder));
    REQUIRE(documents.size() == 1);
    const Provenance& provenance = documents[0].provenance;
    CHECK(documents[0].name == book.id);
    CHECK(documents[0].text.size() == book.body_size);
    CHECK(provenance.stand_in);
    CHECK(provenance.source == "generated");
    CHECK(provenance.source_hash == sha256_hex(documents[0].text));
    CHECK(provenance.note.starts_with("NOT THE BOOK"));
    CHECK(provenance.note.find("download is false") != std::string::npos);
    CHECK(provenance.note.find((folder / "data").string()) != std::string::npos);
  }
}

TEST_CASE("stand-in gives the reason why the book could not be downloaded") {
  const TemporaryFolder folder;
  const auto documents = read_all({}, places_in(folder));
  CHECK(documents.at(0).provenance.note.find("http://127.0.0.1:1/cache/epub/1513/pg1513.txt: ") != std::string::npos);
}

TEST_CASE("stand-in is given again by every read, though the network came back meanwhile") {
  const EnvironmentVariable no_proxy("no_proxy", "127.0.0.1");
  const TemporaryFolder folder;
  std::atomic<bool> up = false;
  const HttpServer server([&](const std::string&) {
    return HttpServer::Answer{http_answer(up ? "200 OK" : "503 Busy", "", gutenberg_file("book\r\n"))};
  });
  Places places = places_in(folder);
  places.mirror = server.address();
  const Textbooks books(OptionValues(options(), {}), places);
  for (int i = 0; i < 2; ++i) {
    books.read([](const Document& document) { CHECK(document.provenance.stand_in); });
    up = true;
  }
  CHECK_FALSE(read_all({}, places).at(0).provenance.stand_in);
}

TEST_CASE("stand-in is never taken where the book lies, nor for a file of the user's own") {
  const TemporaryFolder folder;
  folder.write("data/romeo-and-juliet.txt", "the real one");
  const auto documents = read_all({}, places_in(folder));
  CHECK(documents.at(0).text == "the real one");
  CHECK_FALSE(documents.at(0).provenance.stand_in);
  CHECK_THROWS_AS(read_all({{"books", Names{"mine.txt"}}}, places_in(folder)), Error);
}

TEST_CASE("stand-in is refused with stand_in: false") {
  const TemporaryFolder folder;
  try {
    read_all({{"stand_in", false}, {"download", false}}, places_in(folder));
    FAIL("a text was given");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::run);
    const std::string message = error.what();
    CHECK(message.find("'romeo-and-juliet' is not available") != std::string::npos);
    CHECK(message.find("stand_in is false") != std::string::npos);
  }
}

}  // namespace
}  // namespace folio::textbooks
