#include "experiment/yaml_reader.h"

#include <catch2/catch.hpp>

#include "folio/error.h"
#include "unit/experiment/declarations.h"

using namespace folio::experiment;
using namespace folio::experiment::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

TEST_CASE("each kind of broken YAML is reported with its place and a plain reason") {
  struct Case {
    std::string text, message;
  };
  const std::vector<Case> cases = {
      {"model:\n\ttype: gpt\n", "test.yaml:2:1: there is a tab here; YAML accepts only spaces for indentation"},
      {"model: \n\ttype: gpt\n", "test.yaml:2:1: there is a tab here; YAML accepts only spaces for indentation"},
      {"dataset:\n  books: [a, b\nmodel: x\n", "test.yaml:2:10: the '[' is never closed"},
      {"model: {type: gpt\n", "test.yaml:1:8: the '{' is never closed"},
      {"model: [1, 2}\n", "test.yaml:1:13: this closing bracket has no opening bracket"},
      {"name: \"abc\nmodel: x\n", "test.yaml:1:7: name: the quoted text that begins here is never closed"},
      {"name: 'abc", "test.yaml:1:7: name: the quoted text that begins here is never closed"},
      {"name: 'it''s\n", "test.yaml:1:7: name: the quoted text that begins here is never closed"},
      {"model: {a: \"x\n", "test.yaml:1:12: model.a: the quoted text that begins here is never closed"},
      {"name: @home\n", "test.yaml:1:7: a value cannot begin with this character; put the text in quotes"},
      {"name: a: b\n", "test.yaml:1:8: no ':' is expected here"},
      {"name:x\nmodel: y\n", "test.yaml:2:6: no ':' is expected here"},
      {"model:\n    type: gpt\n  hidden_size: 3\n", "test.yaml:3:3: expected 'key: value' here"},
      {"name: \"\\q\"\n", "test.yaml:1:10: not valid YAML: unknown escape character: q"},
      {"name: x\n---\nname: y\n", "test.yaml:2:1: a second document begins here"},
      {"name: *x\n", "test.yaml:1:7: the alias names an anchor that is not defined before it"},
      {"model: &x\n  type: *x\n", "test.yaml:2:9: model.type: the alias is inside the value that it names"},
      {"a: &a [x]\nb: {<<: *a}\n", "test.yaml:2:5: b.<<: merge keys are not supported; use 'extends'"},
      {"name: !text x\n", "test.yaml:1:7: name: tags ('!text') have no meaning in an experiment"},
      {"model: !m {type: gpt}\n", "test.yaml:1:8: model: tags ('!m') have no meaning in an experiment"},
      {"? [a]\n: b\n", "test.yaml:1:3: a key must be a word, not a list"},
      {"~: b\n", "test.yaml:1:1: a key must be a word, not null"},
      {"", "test.yaml: the file is empty"},
      {"# only a comment\n", "test.yaml: the file is empty"},
      {"---\n", "test.yaml: the file is empty"},
      {"just words\n", "test.yaml:1:1: expected lines of 'key: value', got 'just words'"},
      {"- a\n- b\n", "test.yaml:1:1: expected lines of 'key: value', got a list"},
      {std::string("name: a\0b\n", 10),
       "test.yaml:1:8: byte 0x00 is a control character, which YAML does not allow; is this a binary file?"},
      {"\x7f"
       "ELF\x02\x01\x01",
       "test.yaml:1:1: byte 0x7f is a control character"},
      {"name: a\nmodel: \xC3(\n", "test.yaml:2:8: byte 0xc3 is not UTF-8 text"},
      {"name: \xED\xA0\x80\n", "test.yaml:1:7: byte 0xed is not UTF-8 text"},
      {"\xFF\xFEn\0a\0", "test.yaml:1:1: byte 0xff is not UTF-8 text"},
      {"name: \x1b[31mred\n", "test.yaml:1:7: byte 0x1b is a control character"},
  };
  for (const Case& bad : cases) CHECK_THAT(message_of(bad.text), StartsWith(bad.message));
}

TEST_CASE("a duplicate key is reported with both places, and so is all else") {
  const std::string message = message_of(
      "dataset: {type: textbooks, books: [a]}\n"
      "model:\n"
      "  type: gpt\n"
      "  hidden_size: 3\n"
      "  hidden_size: 4\n"
      "  hidden_sise: 4\n"
      "model: {type: bert}\n");
  CHECK_THAT(message, StartsWith("test.yaml:5:3: model.hidden_size: duplicate key; it is first given at "
                                 "test.yaml:4:3\n"));
  CHECK_THAT(message, Contains("\ntest.yaml:6:3: model.hidden_sise: "));
  CHECK_THAT(message, Contains("\ntest.yaml:7:1: model: duplicate key; it is first given at "
                               "test.yaml:2:1\n"));
  CHECK_THAT(message_of("model: {type: gpt, type: bert}\n"), Contains("test.yaml:1:20: model.type: duplicate key"));
}

TEST_CASE("columns count characters, and the caret stands under the column") {
  CHECK_THAT(message_of("description: {\xC3\xA4\xC3\xB6: \xE6\x97\xA5, x: [}\n"),
             StartsWith("test.yaml:1:26: this closing bracket has no opening bracket\n"
                        "     1 | description: {\xC3\xA4\xC3\xB6: \xE6\x97\xA5, x: [}\n"
                        "       |                           ^"));
}

TEST_CASE("a byte order mark and Windows line ends are taken") {
  std::string text = "\xEF\xBB\xBF";
  for (const char c : std::string(kValid)) text += c == '\n' ? std::string("\r\n") : std::string(1, c);
  CHECK(load(text).resolved == load(kValid).resolved);
  CHECK_THAT(message_of("\xEF\xBB\xBFnamee: x\r\n"), Contains("test.yaml:1:1: namee: "));
}

TEST_CASE("aliases repeat a value") {
  const std::string text =
      "name: &n romeo\ndescription: *n\ndataset: {type: textbooks, books: &b [a, *n]}\nmodel: {type: gpt}\n";
  CHECK(load(text).description == "romeo");
  CHECK(load(text).resolved["dataset"]["books"] == nlohmann::json{"a", "romeo"});
}

TEST_CASE("nesting is limited to 64 levels") {
  const auto nested = [](int levels) {
    return "model: " + std::string(static_cast<std::size_t>(levels), '[') +
           std::string(static_cast<std::size_t>(levels), ']') + "\n";
  };
  CHECK_THAT(message_of(nested(63)), Contains("model: expected a mapping of options, got a list"));
  CHECK_THAT(message_of(nested(64)), StartsWith("test.yaml:1:71: nested more than 64 levels deep"));
  // Through aliases, each of which adds one level.
  std::string chain = "a0: &a0 x\n";
  for (int i = 1; i < 80; ++i) {
    const std::string now = std::to_string(i), before = std::to_string(i - 1);
    chain += "a" + now + ": &a" + now + " [*a" + before + "]\n";
  }
  CHECK_THAT(message_of(chain), StartsWith("test.yaml:65:12: nested more than 64 levels deep"));
}

TEST_CASE("aliases that explode are stopped") {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) bomb += (k ? ", " : "") + before;
    bomb += "]\n";
  }
  CHECK_THAT(message_of(bomb), Contains("more than 100000 values once aliases are expanded"));
}
