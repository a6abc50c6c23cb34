#include "textbooks/download.h"

#include <fcntl.h>
#include <sys/file.h>

#include <catch2/catch.hpp>

#include "fixtures.h"
#include "folio/error.h"
#include "http_server.h"

namespace folio::textbooks {
namespace {

using Catch::Matchers::Contains;
namespace fs = std::filesystem;

const std::string kTag = "ETag: \"v1\"\r\n";

std::string long_text() {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "line " + std::to_string(i) + "\n";
  return text;
}

/// Serves `text` under version "v1", ranges too.
std::string serve(const std::string& request, const std::string& text) {
  const std::string range = header(request, "Range");
  if (range.empty() || header(request, "If-Range") != "\"v1\"") return http_answer("200 OK", kTag, text);
  const std::size_t from = std::stoul(range.substr(std::string("bytes=").size()));
  if (from >= text.size()) return http_answer("416 Range Not Satisfiable", "", "");
  const std::string span = std::to_string(from) + "-" + std::to_string(text.size() - 1);
  return http_answer("206 Partial Content",
                     kTag + "Content-Range: bytes " + span + "/" + std::to_string(text.size()) + "\r\n",
                     text.substr(from));
}

/// A download into a folder of the test's own, with a proxy of the environment out of the way.
struct Attempt {
  TemporaryFolder folder;
  EnvironmentVariable no_proxy{"no_proxy", "127.0.0.1"};
  DownloadLimits limits{};
  std::function<void(std::string_view)> check = [](std::string_view) {};
  fs::path target = folder / "cache/book.txt";

  void run(const HttpServer& server) const { download(server.address() + "/book", target, "Book", check, limits); }

  std::string failure(const HttpServer& server) const {
    try {
      run(server);
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::run);
      CHECK_FALSE(fs::exists(target));
      return error.what();
    }
    FAIL("it did not fail");
    return {};
  }

  /// What an earlier process left of the file.
  void left_behind(const std::string& part, const std::string& version) const {
    folder.write("cache/book.txt.part", part);
    if (!version.empty()) folder.write("cache/book.txt.part.version", version);
  }

  Names files() const {
    Names names;
    for (const auto& entry : fs::directory_iterator(target.parent_path())) names.push_back(entry.path().filename());
    return names;
  }
};

TEST_CASE("download brings the file and leaves nothing else") {
  const std::string text = long_text();
  const HttpServer server([&](const std::string& request) { return HttpServer::Answer{serve(request, text)}; });
  const Attempt attempt;
  attempt.run(server);
  CHECK(read_file(attempt.target) == text);
  CHECK(attempt.files() == Names{"book.txt"});
  CHECK(server.requests().at(0).starts_with("GET /book HTTP/1.1\r\n"));
}

TEST_CASE("download does nothing where the file is already") {
  const HttpServer server([](const std::string&) { return HttpServer::Answer{http_answer("200 OK", "", "new")}; });
  const Attempt attempt;
  attempt.folder.write("cache/book.txt", "old");
  attempt.run(server);
  CHECK(read_file(attempt.target) == "old");
  CHECK(server.requests().empty());
}

TEST_CASE("download resumes after a cut connection") {
  const std::string text = long_text();
  int count = 0;
  const HttpServer server([&](const std::string& request) {
    const std::string whole = serve(request, text);
    return HttpServer::Answer{++count < 3 ? whole.substr(0, 50'000) : whole};
  });
  const Attempt attempt;
  attempt.run(server);
  CHECK(read_file(attempt.target) == text);
  const auto requests = server.requests();
  REQUIRE(requests.size() == 3);
  CHECK(header(requests[0], "Range").empty());
  CHECK(std::stoul(header(requests[1], "Range").substr(6)) > 40'000);
  CHECK(std::stoul(header(requests[2], "Range").substr(6)) > 80'000);
  CHECK(header(requests[2], "If-Range") == "\"v1\"");
}

TEST_CASE("download goes on with what an earlier process left") {
  const std::string text = long_text();
  const HttpServer server([&](const std::string& request) { return HttpServer::Answer{serve(request, text)}; });
  const Attempt attempt;
  attempt.left_behind(text.substr(0, 1000), "\"v1\"");
  attempt.run(server);
  CHECK(read_file(attempt.target) == text);
  CHECK(header(server.requests().at(0), "Range") == "bytes=1000-");
  CHECK(attempt.files() == Names{"book.txt"});
}

TEST_CASE("download starts over when the server has another version, or the part does not say which it is of") {
  const std::string text = long_text();
  const HttpServer server([&](const std::string& request) { return HttpServer::Answer{serve(request, text)}; });
  const Attempt attempt;
  attempt.left_behind("of another edition", GENERATE("\"v0\"", ""));
  attempt.run(server);
  CHECK(read_file(attempt.target) == text);
}

TEST_CASE("download starts over when the part is longer than the file") {
  const HttpServer server([&](const std::string& request) { return HttpServer::Answer{serve(request, "short")}; });
  const Attempt attempt;
  attempt.left_behind("longer than short", "\"v1\"");
  attempt.run(server);
  CHECK(read_file(attempt.target) == "short");
  CHECK(server.requests().size() == 2);
}

TEST_CASE("download takes the date for the version where the server has no strong ETag") {
  int count = 0;
  const std::string headers = "ETag: W/\"weak\"\r\nLast-Modified: Mon, 19 Feb 2018 00:00:00 GMT\r\n";
  const HttpServer server([&](const std::string&) {
    const std::string whole = http_answer("200 OK", headers, "text");
    return HttpServer::Answer{++count == 1 ? whole.substr(0, whole.size() - 2) : whole};
  });
  const Attempt attempt;
  attempt.run(server);
  CHECK(read_file(attempt.target) == "text");
  CHECK(header(server.requests().at(1), "If-Range") == "Mon, 19 Feb 2018 00:00:00 GMT");
}

TEST_CASE("download refuses a part of the file that it did not ask for") {
  const HttpServer server([](const std::string&) {
    return HttpServer::Answer{http_answer("206 Partial Content", "Content-Range: bytes 7-9/10\r\n", "789")};
  });
  const Attempt attempt;
  attempt.left_behind("0123", "\"v1\"");
  CHECK_THAT(attempt.failure(server), Contains("a different part of the file"));
}

TEST_CASE("download follows a redirect") {
  const HttpServer server([&](const std::string& request) {
    if (request.starts_with("GET /book "))
      return HttpServer::Answer{http_answer("302 Found", "Location: /there\r\n", "x")};
    return HttpServer::Answer{http_answer("200 OK", kTag, "text")};
  });
  const Attempt attempt;
  attempt.run(server);
  CHECK(read_file(attempt.target) == "text");
}

TEST_CASE("download does not follow a redirect to a local file") {
  const HttpServer server([&](const std::string&) {
    return HttpServer::Answer{http_answer("302 Found", "Location: file:///etc/hostname\r\n", "")};
  });
  CHECK_THAT(Attempt().failure(server), Contains("/book: "));
}

TEST_CASE("download names the address and the status that the server answered") {
  const std::string status = GENERATE("404 Not Found", "503 Service Unavailable", "304 Not Modified");
  const HttpServer server([&](const std::string&) { return HttpServer::Answer{http_answer(status, "", "no")}; });
  CHECK(Attempt().failure(server) == server.address() + "/book: the server answered " + status.substr(0, 3));
  CHECK(server.requests().size() == 1);
}

TEST_CASE("download gives up a server that falls silent, and keeps what came") {
  const std::string text = long_text();
  const HttpServer server(
      [&](const std::string& request) { return HttpServer::Answer{serve(request, text).substr(0, 200), true}; });
  Attempt attempt;
  attempt.limits.stall = std::chrono::seconds(1);
  attempt.limits.attempts = 2;
  CHECK_THAT(attempt.failure(server), Contains("too slow"));
  const std::string part = read_file(attempt.target.string() + ".part");
  CHECK(part.size() > 100);
  CHECK(text.starts_with(part));
  CHECK(server.requests().size() == 2);
}

TEST_CASE("download gives up a server that never answers after one attempt") {
  const HttpServer server([](const std::string&) { return HttpServer::Answer{"", true}; });
  Attempt attempt;
  attempt.limits.stall = std::chrono::seconds(1);
  CHECK_THAT(attempt.failure(server), Contains("too slow"));
  CHECK(server.requests().size() == 1);
}

TEST_CASE("download has a limit on the time in all, over its attempts, and keeps what came") {
  const std::string text = long_text();
  const bool answers = GENERATE(true, false);
  const HttpServer server([&](const std::string& request) {
    return answers ? HttpServer::Answer{serve(request, text).substr(0, 200), true} : HttpServer::Answer{"", true};
  });
  Attempt attempt;
  attempt.limits.total = std::chrono::milliseconds(400);
  const auto begin = std::chrono::steady_clock::now();
  const std::string failure = attempt.failure(server);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
  CHECK_THAT(failure, Contains("/book: the download took longer than ") && Contains("the next run goes on from there"));
  CHECK(text.starts_with(read_file(attempt.target.string() + ".part")));
}

TEST_CASE("download waits for another process no longer than its own limit") {
  const HttpServer server([](const std::string&) { return HttpServer::Answer{http_answer("200 OK", "", "text")}; });
  Attempt attempt;
  attempt.limits.total = std::chrono::milliseconds(300);
  attempt.folder.write("cache/book.txt.lock", "");
  const FileDescriptor held(::open((attempt.target.string() + ".lock").c_str(), O_RDWR | O_CLOEXEC));
  REQUIRE(::flock(held.get(), LOCK_EX) == 0);
  CHECK_THAT(attempt.failure(server), Contains("book.txt.lock: another process has been bringing this file for "));
  CHECK(server.requests().empty());
}

TEST_CASE("download stops at the size limit and leaves no part") {
  const HttpServer server([&](const std::string& request) { return HttpServer::Answer{serve(request, long_text())}; });
  Attempt attempt;
  attempt.limits.bytes = 10'000;
  CHECK_THAT(attempt.failure(server), Contains("larger than the limit of 9.8 KiB"));
  CHECK(fs::file_size(attempt.target.string() + ".part") == 0);
}

TEST_CASE("download throws away what the check refuses") {
  const HttpServer server([](const std::string&) { return HttpServer::Answer{http_answer("200 OK", kTag, "a page")}; });
  Attempt attempt;
  attempt.check = [](std::string_view contents) {
    throw Error(ErrorKind::run, "not a book: " + std::string(contents));
  };
  CHECK(attempt.failure(server) == "not a book: a page");
  CHECK(attempt.files() == Names{"book.txt.lock"});
}

TEST_CASE("download names a folder that cannot be made") {
  const HttpServer server([](const std::string&) { return HttpServer::Answer{http_answer("200 OK", "", "text")}; });
  const Attempt attempt;
  attempt.folder.write("cache", "a file where the folder should be");
  CHECK_THAT(attempt.failure(server), Contains((attempt.folder / "cache").string()));
}

TEST_CASE("two downloads of one file at the same time ask the server once") {
  const std::string text = long_text();
  const HttpServer server([&](const std::string& request) { return HttpServer::Answer{serve(request, text)}; });
  const Attempt attempt;
  std::thread other([&] { attempt.run(server); });
  attempt.run(server);
  other.join();
  CHECK(read_file(attempt.target) == text);
  CHECK(server.requests().size() == 1);
}

TEST_CASE("a missing catalogue book is downloaded from the mirror once and kept") {
  const EnvironmentVariable no_proxy("no_proxy", "127.0.0.1");
  const TemporaryFolder folder;
  const HttpServer server(
      [](const std::string&) { return HttpServer::Answer{http_answer("200 OK", kTag, gutenberg_file("book\r\n"))}; });
  Places places = places_in(folder);
  places.mirror = server.address();
  const auto documents = read_all({{"books", Names{"moby-dick"}}}, places);
  CHECK(documents.at(0).text == "book\r\n");
  CHECK(documents.at(0).provenance.source == server.address() + "/cache/epub/2701/pg2701.txt");
  CHECK_THAT(documents.at(0).provenance.note, Contains("not the catalogue's edition"));
  CHECK_FALSE(documents.at(0).provenance.stand_in);

  const auto again = read_all({{"books", Names{"moby-dick"}}}, places);
  CHECK(again.at(0).provenance.source == folder / "cache/moby-dick.txt");
  CHECK(again.at(0).provenance.source_hash == documents.at(0).provenance.source_hash);
  CHECK(server.requests().size() == 1);
}

TEST_CASE("a page that is no book of Project Gutenberg's is not kept as one") {
  const EnvironmentVariable no_proxy("no_proxy", "127.0.0.1");
  const TemporaryFolder folder;
  const HttpServer server(
      [](const std::string&) { return HttpServer::Answer{http_answer("200 OK", "", "<html>Please log in</html>")}; });
  Places places = places_in(folder);
  places.mirror = server.address();
  const auto documents = read_all({}, places);
  CHECK(documents.at(0).provenance.stand_in);
  CHECK_THAT(documents.at(0).provenance.note, Contains("does not have the START and END lines"));
  CHECK_FALSE(fs::exists(folder / "cache/romeo-and-juliet.txt"));
}

TEST_CASE("with download: false the network is not asked") {
  const TemporaryFolder folder;
  const HttpServer server([](const std::string&) { return HttpServer::Answer{http_answer("404 No", "", "")}; });
  Places places = places_in(folder);
  places.mirror = server.address();
  read_all({{"download", false}}, places);
  CHECK(server.requests().empty());
}

}  // namespace
}  // namespace folio::textbooks
