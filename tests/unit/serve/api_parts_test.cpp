#include <zstd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <future>

#include "serve/embedded_page.h"
#include "serve/job_queue.h"
#include "serve/page_answer.h"
#include "serve/parameters.h"

using namespace folio::serve;

namespace {

Request page_request(const std::string& path, const std::string& encodings = "", const std::string& etag = "") {
  Request request;
  request.method = "GET";
  request.target = parse_target(path);
  request.headers.accept_encoding = encodings;
  request.headers.if_none_match = etag;
  return request;
}

std::string header_in(const Response& response, const std::string& name) {
  for (const auto& [key, value] : response.headers)
    if (key == name) return value;
  return "";
}

}  // namespace

TEST_CASE("parameters are read strictly") {
  const Target target =
      parse_target("/?n=12&bad=1x&far=99999999999999999999&on=1&off=false&odd=yes&list=a,b,,c&list=d&x=0.5");
  CHECK(number_parameter(target, "n", 7, 0, 100) == 12);
  CHECK(number_parameter(target, "none", 7, 0, 100) == 7);
  for (const char* name : {"bad", "far", "x"}) CHECK_THROWS_AS(number_parameter(target, name, 7, 0, 100), HttpError);
  CHECK_THROWS_AS(number_parameter(target, "n", 7, 0, 11), HttpError);
  CHECK(real_parameter(target, "x", 0) == 0.5);
  CHECK_THROWS_AS(real_parameter(parse_target("/?x=nan"), "x", 0), HttpError);
  CHECK_THROWS_AS(real_parameter(parse_target("/?x="), "x", 0), HttpError);
  CHECK(flag_parameter(target, "on"));
  CHECK_FALSE(flag_parameter(target, "off"));
  CHECK_FALSE(flag_parameter(target, "none"));
  CHECK_THROWS_AS(flag_parameter(target, "odd"), HttpError);
  CHECK(list_parameter(target, "list") == std::vector<std::string>{"a", "b", "c", "d"});
  CHECK_THROWS_AS(require_known_parameters(target, {"n", "list"}), HttpError);
  std::string many = "/?list=";
  for (std::size_t i = 0; i <= kMostNamed; ++i) many += "a,";
  CHECK_THROWS_AS(list_parameter(parse_target(many), "list"), HttpError);
}

TEST_CASE("page is sent whole, compressed, or not again") {
  REQUIRE(page_files().size() == 4);
  for (const PageFile& file : page_files()) {
    const auto plain = page_answer(page_request(std::string(file.path)));
    const auto packed = page_answer(page_request(std::string(file.path), "gzip, br, zstd"));
    REQUIRE((plain && packed));
    CHECK(plain->type == file.type);
    CHECK(plain->body.size() == file.size);
    CHECK(header_in(*packed, "Content-Encoding") == "zstd");
    std::string unpacked(file.size, '\0');
    CHECK(ZSTD_decompress(unpacked.data(), unpacked.size(), packed->body.data(), packed->body.size()) == file.size);
    CHECK(unpacked == plain->body);
    const std::string etag = header_in(*packed, "ETag");
    CHECK(etag != header_in(*plain, "ETag"));
    CHECK(page_answer(page_request(std::string(file.path), "zstd", "\"x\", " + etag))->status == 304);
    CHECK(page_answer(page_request(std::string(file.path), "", etag))->status == 200);
  }
  CHECK_FALSE(page_answer(page_request("/nothing")));
  CHECK_FALSE(page_answer(page_request("/page.js/x")));
}

TEST_CASE("zstd is sent to whom it is not forbidden") {
  for (const char* header : {"zstd", "gzip, zstd", "zstd;q=0.5", "gzip;q=1.0, zstd ; q=0.1"}) CHECK(takes_zstd(header));
  for (const char* header : {"", "gzip", "zstd;q=0", "zstd; q=0.000", "zstdx", "x-zstd", ",,;"})
    CHECK_FALSE(takes_zstd(header));
}

TEST_CASE("jobs beyond the bound are refused, and what waits at the end is dropped") {
  std::promise<void> go, begun;
  std::shared_future<void> gate = go.get_future().share();
  std::atomic<int> done = 0;
  JobQueue queue(1, 3);
  REQUIRE(queue.add([&, gate] {
    begun.set_value();
    gate.wait();
    ++done;
  }));
  begun.get_future().wait();
  for (int i = 0; i < 3; ++i) CHECK(queue.add([&] { ++done; }));
  CHECK_FALSE(queue.add([&] { ++done; }));
  std::thread ending([&] { queue.stop(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  go.set_value();
  ending.join();
  CHECK(done == 1);
  CHECK_FALSE(queue.add([&] { ++done; }));
}
