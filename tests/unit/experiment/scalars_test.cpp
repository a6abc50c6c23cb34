#include "experiment/scalars.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "folio/error.h"
#include "unit/experiment/declarations.h"

using namespace folio;
using namespace folio::experiment;
using Catch::Matchers::Contains;

namespace {

Node node_of(const std::string& text, bool quoted, const Source& source) {
  Node node;
  node.kind = Node::Kind::scalar;
  node.text = text;
  node.quoted = quoted;
  node.place = {&source};
  return node;
}

/// The value, or the problem as text.
OptionValue read(const Option& option, const std::string& text, bool quoted = false) {
  Sources sources;
  Problems problems;
  const Source& source = sources.add(Source::Kind::file, "f", "");
  const auto value = read_value(option, node_of(text, quoted, source), "k", problems);
  REQUIRE(value.has_value() == problems.empty());
  if (value) return *value;
  try {
    problems.throw_if_any();
  } catch (const Error& error) {
    return std::string(error.what());
  }
  return {};
}

std::string problem(const Option& option, const std::string& text, bool quoted = false) {
  const OptionValue value = read(option, text, quoted);
  REQUIRE(std::holds_alternative<std::string>(value));
  return std::get<std::string>(value);
}

}  // namespace

TEST_CASE("integers are read by their strict form alone") {
  const Option option = integer("k");
  CHECK(read(option, "0") == OptionValue(std::int64_t{0}));
  CHECK(read(option, "-12") == OptionValue(std::int64_t{-12}));
  CHECK(read(option, "-0") == OptionValue(std::int64_t{0}));
  CHECK(read(option, "9223372036854775807") == OptionValue(std::numeric_limits<std::int64_t>::max()));
  CHECK(read(option, "-9223372036854775808") == OptionValue(std::numeric_limits<std::int64_t>::min()));

  const std::vector<std::pair<std::string, std::string>> refused = {
      {"010", "; write 10"},
      {"-007", "; write -7"},
      {"+5", "; write 5"},
      {"1_000", "; write 1000"},
      {"1e3", "; write 1000"},
      {"3.0", "; write 3"},
      {"3.5", ""},
      {"1e-4", ""},
      {"0x1F", ""},
      {"0o17", ""},
      {"1,000", ""},
      {"12abc", ""},
      {"--1", ""},
      {"-", ""},
      {"yes", ""},
      {".inf", ""},
      {"1e400", ""},
      {"", ""},
      {" 1", ""},
      {"9223372036854775808", "; it does not fit in 64 bits"},
      {"-9223372036854775809", "; it does not fit in 64 bits"},
  };
  for (const auto& [text, hint] : refused)
    CHECK(problem(option, text) == "f: k: expected an integer, got '" + text + "'" + hint);
  CHECK(problem(option, "5", true) == "f: k: expected an integer, got '5'; write 5 without quotes");
  CHECK(problem(option, "010", true) == "f: k: expected an integer, got '010'; write 10 without quotes");
}

TEST_CASE("numbers are read by their strict form alone and are finite") {
  const Option option = number("k");
  CHECK(read(option, "1e-4") == OptionValue(1e-4));
  CHECK(read(option, "1E+2") == OptionValue(100.0));
  CHECK(read(option, "-0.5") == OptionValue(-0.5));
  CHECK(read(option, "3") == OptionValue(3.0));
  CHECK(read(option, "100000000000000000000") == OptionValue(1e20));

  const std::vector<std::pair<std::string, std::string>> refused = {
      {".5", "; write 0.5"},
      {"5.", "; write 5.0"},
      {"-.5", "; write -0.5"},
      {"01.5", "; write 1.5"},
      {"+1e-4", "; write 1e-4"},
      {"0,5", ""},
      {"1e", ""},
      {"e4", ""},
      {"1.5.2", ""},
      {"0x1p3", ""},
      {"nan", "; it must be finite"},
      {".nan", "; it must be finite"},
      {"-.Inf", "; it must be finite"},
      {"1e999", "; it is too large for a number"},
      {"1e-999", "; it is too large for a number"},
  };
  for (const auto& [text, hint] : refused)
    CHECK(problem(option, text) == "f: k: expected a number, got '" + text + "'" + hint);
  CHECK(problem(option, "1e-4", true) == "f: k: expected a number, got '1e-4'; write 1e-4 without quotes");
}

TEST_CASE("booleans are true and false alone") {
  const Option option = boolean("k");
  CHECK(read(option, "true") == OptionValue(true));
  CHECK(read(option, "false") == OptionValue(false));
  for (const char* text : {"yes", "Yes", "on", "y", "True", "TRUE"})
    CHECK(problem(option, text) == std::string("f: k: expected a boolean, got '") + text + "'; write true");
  for (const char* text : {"no", "off", "N", "False"})
    CHECK(problem(option, text) == std::string("f: k: expected a boolean, got '") + text + "'; write false");
  CHECK(problem(option, "1") == "f: k: expected a boolean, got '1'");
  CHECK(problem(option, "true", true) == "f: k: expected a boolean, got 'true'; write true without quotes");
}

TEST_CASE("text is any scalar as written, and a choice names the nearest") {
  for (const char* text : {"5", "yes", "1e3", "010", "a b"})
    CHECK(read(folio::text("k"), text) == OptionValue(std::string(text)));
  CHECK(read(folio::text("k"), "", true) == OptionValue(std::string()));
  const Option choice = folio::text("k").choices({"relu", "gelu_new"});
  CHECK(problem(choice, "gelu") == "f: k: expected one of 'relu', 'gelu_new', got 'gelu'; did you mean 'relu'?");
}

TEST_CASE("declared ranges give the message") {
  CHECK(problem(integer("k").at_least(1), "0") == "f: k: expected an integer of at least 1, got 0");
  CHECK(problem(number("k").between(0, 1), "1.5") == "f: k: expected a number from 0 to 1, got 1.5");
  CHECK(problem(number("k").at_most(2), "x") == "f: k: expected a number of at most 2, got 'x'");
}

TEST_CASE("a value of another shape is refused") {
  using namespace folio::experiment::test;
  const std::string head = "model: {type: gpt}\ndataset:\n  type: textbooks\n";
  const auto books = [&](const std::string& value) { return message_of(head + "  books: " + value + "\n"); };
  CHECK_THAT(books("macbeth"),
             Contains("test.yaml:4:10: dataset.books: expected a list of text, got 'macbeth'; write [macbeth]"));
  CHECK_THAT(books("{a: b}"), Contains("dataset.books: expected a list of text, got a mapping"));
  CHECK_THAT(books("[a, [b]]"), Contains("dataset.books: expected a list of text, got a list with a list in it"));
  CHECK_THAT(books("[a, ~]"), Contains("dataset.books: expected a list of text, got a list with ~ in it"));
  CHECK_THAT(books(""), Contains("dataset.books: expected a list of text, got nothing"));
  CHECK_THAT(message_of(head + "  books: [a]\n  stand_in: [true]\n"),
             Contains("dataset.stand_in: expected a boolean, got a list"));
  CHECK(load(head + "  books: [5, yes, 'x']\n").resolved["dataset"]["books"] == nlohmann::json{"5", "yes", "x"});
  CHECK(load(head + "  books: []\n").resolved["dataset"]["books"] == nlohmann::json::array());
}

TEST_CASE("null is taken only where an option may be absent") {
  using namespace folio::experiment::test;
  const std::string head = "dataset: {type: textbooks, books: [a]}\nmodel:\n  type: gpt\n";
  for (const char* null : {"~", "null", "Null", "NULL", ""}) {
    CHECK_FALSE(load(head + "  n_inner: " + null + "\n").resolved["model"].contains("n_inner"));
    const std::string shown = *null == '\0' ? "nothing" : null;
    CHECK_THAT(message_of(head + "  hidden_size: " + null + "\n"),
               Contains("model.hidden_size: expected an integer of at least 1, got " + shown));
  }
  // The key's own place is given where there is no value to point at.
  CHECK_THAT(message_of(head + "  hidden_size:\n  n_inner: 3\n"), Contains("test.yaml:4:3: model.hidden_size"));
}

TEST_CASE("a long value is cut in the message") {
  const std::string message = problem(integer("k"), std::string(5000, 'x'));
  CHECK(message.size() < 200);
  CHECK_THAT(message, Contains("xxx...'"));
}
