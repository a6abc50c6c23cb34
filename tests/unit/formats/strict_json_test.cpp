#include "formats/strict_json.h"

#include <catch2/catch.hpp>

#include "support/error.h"

using namespace folio;
using Catch::Matchers::Contains;

TEST_CASE("strict JSON refuses a name that occurs twice in one object, at any depth") {
  CHECK_THROWS_WITH(parse_strict_json(R"({"a": 1, "a": 2})", "x.json"),
                    "x.json: the name \"a\" occurs twice in one object");
  CHECK_THROWS_AS(parse_strict_json(R"({"a": [{"b": 1, "b": 2}]})", "x.json"), Error);
  CHECK(parse_strict_json(R"({"a": {"b": 1}, "b": {"a": 2}})", "x.json")["b"]["a"] == 2);
}

TEST_CASE("strict JSON refuses deep nesting, and takes what is below the limit") {
  CHECK_THROWS_WITH(parse_strict_json(std::string(100'000, '['), "x.json"), "x.json: is nested deeper than 32");
  CHECK_NOTHROW(parse_strict_json(std::string(32, '[') + std::string(32, ']'), "x.json"));
  CHECK_THROWS_AS(parse_strict_json(std::string(33, '[') + std::string(33, ']'), "x.json"), Error);
}

TEST_CASE("strict JSON takes the depth, the names and the kind of error that its caller asks for") {
  const JsonRules rules{ErrorKind::store, 2, false};
  CHECK(parse_strict_json(R"({"a": 1, "a": [2, true, null, -1.5, "x"]})", "x.json", rules) ==
        nlohmann::json{{"a", {2, true, nullptr, -1.5, "x"}}});
  try {
    parse_strict_json("[[[]]]", "x.json", rules);
    FAIL();
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::store);
    CHECK(error.what() == std::string("x.json: is nested deeper than 2"));
  }
}

TEST_CASE("strict JSON reads a long list of lists in a time that grows with its length") {
  std::string text = "[";
  constexpr int kLists = 300'000;  // a minute where the time grows with the square
  for (int i = 0; i < kLists; ++i) text += "[1,{\"a\":[]}],";
  text.back() = ']';
  CHECK(parse_strict_json(text, "x.json").size() == kLists);
}

TEST_CASE("strict JSON says what is not JSON, and where") {
  CHECK_THROWS_WITH(parse_strict_json("{\"a\": nothing}", "x.json"),
                    "x.json: is not valid JSON: line 1, byte 8 of the line: not expected after what comes before");
  CHECK_THROWS_WITH(parse_strict_json("[1,\n2", "x.json"), Contains("it ends in the middle of a value, in line 2"));
  CHECK_THROWS_WITH(parse_strict_json("{\"a\":\n -1e400}", "x.json"),
                    Contains("line 2") && Contains("the number -1e400 is too large"));
  CHECK_THROWS_AS(parse_strict_json("\"\xFF\"", "x.json"), Error);
  CHECK_THROWS_AS(parse_strict_json("{} {}", "x.json"), Error);
  CHECK_THROWS_WITH(parse_strict_json(std::string_view("{}\0{", 4), "x.json"),
                    Contains("line 1, byte 3") && Contains("a zero byte"));
  CHECK_THROWS_AS(parse_strict_json("1e999", "x.json"), Error);
  CHECK_THROWS_AS(parse_strict_json("", "x.json"), Error);
}

TEST_CASE("a part of a JSON names its path and what was expected") {
  const nlohmann::json json = {{"a", {1, "two", -3, 18446744073709551615u, 2.5}}, {"b", true}};
  const JsonPart root(json, "x.json: ");
  std::vector<std::string> problems;
  root.at("a").for_each([&](const JsonPart& element) {
    try {
      element.integer(0, INT64_MAX);
    } catch (const Error& error) {
      problems.emplace_back(error.what());
    }
  });
  const std::string expected = "expected a whole number from 0 to 9223372036854775807, got ";
  CHECK(problems == std::vector<std::string>{
                        "x.json: a[1]: " + expected + "\"two\"", "x.json: a[2]: " + expected + "-3",
                        "x.json: a[3]: " + expected + "18446744073709551615", "x.json: a[4]: " + expected + "2.5"});
  CHECK_THROWS_WITH(root.at("b").text(), "x.json: b: expected a text, got true");
  CHECK_THROWS_WITH(root.at("c"), "x.json: has no 'c'");
  CHECK_THROWS_WITH(root.at("a").at("c"), "x.json: a: expected an object, got an array");
  CHECK_THROWS_WITH(root.expect_only({"a", "bb"}), "x.json: 'b' is not supported; did you mean 'bb'?");
}
