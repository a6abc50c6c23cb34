#include "serve/http/target.h"

#include <catch2/catch.hpp>

#include "serve/http/message.h"

using namespace folio::serve;

namespace {

int target_status(std::string_view text) {
  try {
    parse_target(text);
    return 200;
  } catch (const HttpError& error) {
    return error.status();
  }
}

}  // namespace

TEST_CASE("target is taken apart and decoded") {
  const Target target =
      parse_target("/api/runs/baseline%2Fgpt/files/a%20b%23.txt?where=a%3D1+and+b&run=x&run=y%2C&flag");
  CHECK(target.path == std::vector<std::string>{"api", "runs", "baseline/gpt", "files", "a b#.txt"});
  CHECK(target.value("where") == "a=1 and b");
  CHECK(target.values("run") == std::vector<std::string>{"x", "y,"});
  CHECK(target.value("flag") == "");
  CHECK_FALSE(target.value("nothing"));
  CHECK_THROWS_AS(target.value("run"), HttpError);
  CHECK(parse_target("/").path.empty());
  CHECK(parse_target("/a+b").path.front() == "a+b");
}

TEST_CASE("target that is no plain path is refused") {
  for (const std::string_view text : {"",     "a",     "*",       "http://a/b", "//",           "/a//b", "/a/",
                                      "/.",   "/a/..", "/%2e%2e", "/%2E",       "/a/%2e./b/..", "/a#b",  "/%",
                                      "/%2",  "/%zz",  "/a?b=%",  "/%00",       "/?a=%00",      "/%ff",  "/?a=%c3%28",
                                      "/a b", "/a\\b", "/a\tb",   "/\x7f"}) {
    CAPTURE(text);
    CHECK(target_status(text) == 400);
  }
  CHECK(target_status("/" + std::string(kLongestTarget, 'a')) == 400);
  CHECK(target_status("/" + std::string(kLongestTarget - 1, 'a')) == 200);
}

TEST_CASE("percent encoding comes back as it was") {
  const std::string text = "a b/ü#?%&=+~.-_\"'<>";
  CHECK(percent_encoded("a/ü") == "a%2F%C3%BC");
  CHECK(parse_target("/x?v=" + percent_encoded(text)).value("v") == text);
  CHECK(parse_target("/" + percent_encoded(text)).path.front() == text);
}
