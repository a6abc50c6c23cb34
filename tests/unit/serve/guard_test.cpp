#include "serve/http/guard.h"

#include <catch2/catch.hpp>

using namespace folio::serve;

namespace {

constexpr const char* kSecret = "0123456789abcdef0123456789abcdef";

Request asking(const std::string& target, const std::string& host = "127.0.0.1:8470") {
  Request request;
  request.method = "GET";
  request.target = parse_target(target);
  request.headers.host = {host};
  return request;
}

int guard_status(const Guard& guard, const Request& request) {
  try {
    guard.check(request);
    return 200;
  } catch (const HttpError& error) {
    return error.status();
  }
}

const Guard& on_loopback() {
  static const Guard guard("127.0.0.1", 8470, /*loopback=*/true, /*any_address=*/false, kSecret);
  return guard;
}

}  // namespace

TEST_CASE("guard takes its own names as Host alone") {
  for (const char* host : {"127.0.0.1:8470", "localhost:8470", "LOCALHOST:8470", "[::1]:8470"})
    CHECK(guard_status(on_loopback(), asking("/api/runs", host)) == 200);
  for (const char* host : {"", "127.0.0.1", "localhost", "127.0.0.1:80", "evil.example:8470", "localhost.:8470",
                           "127.0.0.1:8470.evil.example", "evil@127.0.0.1:8470", "10.0.0.1:8470"}) {
    CAPTURE(host);
    CHECK(guard_status(on_loopback(), asking("/api/runs", host)) == 403);
    CHECK(guard_status(on_loopback(), asking("/", host)) == 403);
  }
  Request twice = asking("/");
  twice.headers.host.push_back("127.0.0.1:8470");
  CHECK(guard_status(on_loopback(), twice) == 403);
  twice.headers.host.clear();
  CHECK(guard_status(on_loopback(), twice) == 403);
  const Guard usual("127.0.0.1", 80, true, false, kSecret);
  CHECK(guard_status(usual, asking("/", "localhost")) == 200);
}

TEST_CASE("guard refuses pages of other sites") {
  for (const auto& [origin, status] : std::vector<std::pair<std::string, int>>{{"http://127.0.0.1:8470", 200},
                                                                               {"http://localhost:8470", 200},
                                                                               {"https://127.0.0.1:8470", 403},
                                                                               {"http://evil.example", 403},
                                                                               {"http://127.0.0.1:8471", 403},
                                                                               {"null", 403},
                                                                               {"", 403}}) {
    CAPTURE(origin);
    Request request = asking("/api/runs");
    request.headers.origin = origin;
    CHECK(guard_status(on_loopback(), request) == status);
  }
  Request other = asking("/api/runs");
  other.headers.fetch_site = "cross-site";
  CHECK(guard_status(on_loopback(), other) == 403);
  other.headers.fetch_mode = "navigate";  // a link leads to the page, and to nothing else
  CHECK(guard_status(on_loopback(), other) == 403);
  other.target = parse_target("/");
  CHECK(guard_status(on_loopback(), other) == 200);
  other.headers.fetch_site = "same-origin";
  other.target = parse_target("/api/runs");
  CHECK(guard_status(on_loopback(), other) == 200);
}

TEST_CASE("guard lets labels alone be written, with the token and as JSON") {
  Request request = asking("/api/runs/3fa9/labels");
  CHECK(guard_status(on_loopback(), request) == 405);
  request.method = "POST";
  request.headers.content_type = "application/json";
  CHECK(guard_status(on_loopback(), request) == 403);
  request.headers.authorization = std::string("Bearer ") + kSecret;
  CHECK(guard_status(on_loopback(), request) == 200);
  request.headers.content_type = "Application/JSON; charset=utf-8";
  CHECK(guard_status(on_loopback(), request) == 200);
  request.headers.content_type = "text/plain";
  CHECK(guard_status(on_loopback(), request) == 400);
  for (const char* method : {"PUT", "DELETE", "POST", "OPTIONS", "get"}) {
    Request wrong = asking("/api/runs/3fa9");
    wrong.method = method;
    wrong.headers.authorization = std::string("Bearer ") + kSecret;
    CHECK(guard_status(on_loopback(), wrong) == 405);
  }
}

TEST_CASE("guard takes labels at their own place alone") {
  for (const char* target :
       {"/api/runs/3fa9/labels", "/api/runs/baseline%2Fgpt/labels", "/api/runs/baseline/gpt/labels"})
    CHECK(is_label_request(parse_target(target)));
  for (const char* target :
       {"/api/runs/labels", "/api/runs/3fa9/files/labels", "/api/runs/baseline/gpt/files/labels",
        "/api/runs/baseline/labels", "/api/runs/3fa9/labels/x", "/api/runs/baseline/gpt/labels/labels"}) {
    CAPTURE(target);
    CHECK_FALSE(is_label_request(parse_target(target)));
    CHECK(guard_status(on_loopback(), asking(target)) == 200);
  }
}

TEST_CASE("guard asks for the token on any other address") {
  const Guard guard("10.1.2.3", 8470, /*loopback=*/false, /*any_address=*/false, kSecret);
  CHECK(guard_status(guard, asking("/", "10.1.2.3:8470")) == 200);
  CHECK(guard_status(guard, asking("/api/runs", "10.1.2.3:8470")) == 403);
  Request request = asking("/api/runs", "10.1.2.3:8470");
  request.headers.authorization = std::string("Bearer ") + kSecret;
  CHECK(guard_status(guard, request) == 200);
  CHECK(guard.address() == std::string("http://10.1.2.3:8470/#token=") + kSecret);
  // Of all addresses any will do, but no name that others could make lead here.
  const Guard all("0.0.0.0", 8470, false, /*any_address=*/true, kSecret);
  for (const char* host : {"10.9.9.9:8470", "[2001:db8::1]:8470", "localhost:8470"}) {
    request.headers.host = {host};
    CHECK(guard_status(all, request) == 200);
  }
  for (const char* host : {"evil.example:8470", "10.9.9.9", "10.9.9:8470", "[2001:db8::1:8470"}) {
    request.headers.host = {host};
    CHECK(guard_status(all, request) == 403);
  }
  CHECK(Guard("::1", 8470, true, false, kSecret).address() == std::string("http://[::1]:8470/#token=") + kSecret);
}

TEST_CASE("secrets are equal only where all of them is") {
  CHECK(equal_in_constant_time("abc", "abc"));
  for (const char* given : {"", "ab", "abcd", "abd", "bbc"}) CHECK_FALSE(equal_in_constant_time(given, "abc"));
}
