#include "jsonl/jsonl.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>

#include "folio/error.h"
#include "jsonl/field_reader.h"
#include "mutate.h"
#include "packed.h"
#include "support/sha256.h"
#include "support/utf8.h"
#include "temporary_folder.h"

namespace folio::jsonl {
namespace {

using Catch::Matchers::Contains;
using test::TemporaryFolder;
using Names = std::vector<std::string>;
using Given = std::map<std::string, OptionValue>;

std::vector<Document> read_all(const TemporaryFolder& folder, Given given) {
  given.try_emplace("files", Names{"*"});
  std::vector<Document> documents;
  Jsonl(OptionValues(options(), given), {folder.path()}).read([&](Document document) {
    documents.push_back(std::move(document));
  });
  return documents;
}

/// The texts of a file with these contents.
Names texts_of(const std::string& contents, const Given& given = {}) {
  const TemporaryFolder folder;
  folder.write("a.jsonl", contents);
  Names texts;
  for (const Document& document : read_all(folder, given)) texts.push_back(document.text);
  return texts;
}

std::string problem_with(const std::string& contents, const Given& given = {}) {
  try {
    texts_of(contents, given);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::run);
    return error.what();
  }
  FAIL("accepted: " << contents);
  return {};
}

const Given kReplace = {{"errors", "replace"}};

TEST_CASE("jsonl yields the field of each line, in order, with the file's name and provenance") {
  const TemporaryFolder folder;
  const std::string contents = "{\"text\": \"one\", \"id\": [1, {\"text\": 2}]}\n{\"text\":\"two\"}";
  const auto first = folder.write("b.jsonl", contents);
  folder.write("a.jsonl.gz", test::gzip("{\"text\": \"three\"}\n"));
  folder.write("c.jsonl.zst", test::zstd("{\"text\": \"four\"}\n"));
  const auto documents = read_all(folder, {{"files", Names{"b.jsonl", "a*", "c.jsonl.zst"}}});
  REQUIRE(documents.size() == 4);
  CHECK(documents[0].text == "one");
  CHECK(documents[1].text == "two");
  CHECK(documents[2].text == "three");
  CHECK(documents[3].text == "four");
  CHECK(documents[1].name == "b");
  CHECK(documents[1].provenance.source == first.string());
  CHECK(documents[1].provenance.source_hash == sha256_hex(contents));
  CHECK_FALSE(documents[1].continues);
  CHECK(documents[2].name == "a");
}

TEST_CASE("jsonl takes a folder's files and another field") {
  const TemporaryFolder folder;
  folder.write("texts/1.jsonl", "{\"body\": \"x\", \"text\": 5}\n");
  folder.write("texts/2.json", "nothing");
  const auto documents = read_all(folder, {{"files", Names{"texts"}}, {"field", "body"}});
  REQUIRE(documents.size() == 1);
  CHECK(documents[0].text == "x");
}

TEST_CASE("jsonl skips empty lines and empty texts, and takes line ends of both kinds and a byte-order mark") {
  CHECK(texts_of("\xEF\xBB\xBF{\"text\":\"a\"}\r\n\r\n \t\n{\"text\":\"\"}\n\n{\"text\":\"b\"}\n\n") ==
        Names{"a", "b"});
  CHECK_THAT(problem_with("\n{\"text\":\"\"}\n"), Contains("a.jsonl: has no lines with text"));
  CHECK_THAT(problem_with(""), Contains("has no lines with text"));
}

TEST_CASE("jsonl undoes escapes, and keeps zero bytes") {
  CHECK(texts_of(R"({"text":"a\u00e9\n\"\\\ud83d\ude00\u0000b","t":"\\ud800"})") ==
        Names{std::string("a\u00e9\n\"\\\U0001F600\0b", 12)});
}

TEST_CASE("jsonl names file, line and byte of what is not JSON, and what was expected") {
  CHECK_THAT(problem_with("{\"text\":\"a\"}\n\n{\"text\": }\n"),
             Contains("a.jsonl:3:10: is not valid JSON: expected a value, got '}'"));
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"text":"a"} {})", "14: is not valid JSON: expected the line's end after its object, got '{'"},
      {R"({"text":"a)", "11: is not valid JSON: expected the text's closing quote, got the line's end"},
      {R"({"text":"a")",
       "12: is not valid JSON: expected ',' or '}', got the line's end; each line must be one complete"},
      {"x", "1: is not valid JSON: expected a value, got 'x'"},
      {"{\"text\":\"a\tb\"}",
       "11: is not valid JSON: expected a character or an escape such as \\n or \\t, got the byte"},
      {R"({"text":"a\x"})", "11: is not valid JSON: expected one of the escapes"},
      {R"({"text":"a\u00g0"})", "11: is not valid JSON: expected one of the escapes"},
      {R"({"text":"a",})", "13: is not valid JSON: expected a name in quotes, got '}'"},
      {R"({"text" "a"})", "9: is not valid JSON: expected ':', got '\"'"},
      {R"({"text":"a" "b":1})", "13: is not valid JSON: expected ',' or '}', got '\"'"},
      {R"({'text':'a'})", "2: is not valid JSON: expected a name in quotes, got '"},
      {R"({"m":[1,],"text":"a"})", "9: is not valid JSON: expected a value, got ']'"},
      {R"({"m":[1 2],"text":"a"})", "9: is not valid JSON: expected ',' or ']', got '2'"},
      {R"({"m":[1}],"text":"a"})", "8: is not valid JSON: expected ',' or ']', got '}'"},
      {R"({"m":{"n"},"text":"a"})", "10: is not valid JSON: expected ':', got '}'"},
      {R"({"m":01,"text":"a"})", "6: is not valid JSON: expected a number without a leading zero"},
      {R"({"m":-,"text":"a"})", "7: is not valid JSON: expected a digit, got ','"},
      {R"({"m":1.,"text":"a"})", "8: is not valid JSON: expected a digit, got ','"},
      {R"({"m":+1,"text":"a"})", "6: is not valid JSON: expected a value, got '+'"},
      {R"({"m":True,"text":"a"})", "6: is not valid JSON: expected a value, got 'T'"},
      {R"({"m":nul,"text":"a"})", "6: is not valid JSON: expected a value, got 'n'"},
      {std::string(3000, '['), "3001: is not valid JSON: expected a value, got the line's end"},
  };
  for (const auto& [line, problem] : cases) CHECK_THAT(problem_with(line + "\n"), Contains("a.jsonl:1:" + problem));
}

TEST_CASE("jsonl names file and line of what is no object, lacks the field or has something else there") {
  CHECK_THAT(problem_with("{\"text\":\"a\"}\n[1]\n"), Contains("a.jsonl:2:1: expected an object, got an array"));
  CHECK_THAT(problem_with(std::string(3000, '[') + std::string(3000, ']')),
             Contains(":1:1: expected an object, got an"));
  CHECK_THAT(problem_with("5\n"), Contains("a.jsonl:1:1: expected an object, got a number"));
  CHECK_THAT(problem_with("{\"texts\":\"a\"}\n"), Contains("a.jsonl:1:1: has no 'text'; did you mean 'texts'?"));
  CHECK_THAT(problem_with("{}\n"), Contains("a.jsonl:1:1: has no 'text'"));
  CHECK_THAT(problem_with("{\"text\":null}\n"), Contains("a.jsonl:1:9: 'text': expected a text, got null"));
  CHECK_THAT(problem_with("{\"text\":[\"a\"]}\n"), Contains("a.jsonl:1:9: 'text': expected a text, got an array"));
}

TEST_CASE("jsonl refuses a line for nothing in a field that is not read") {
  const std::vector<std::string> values = {
      "18446744073709551616",
      "-" + std::string(5000, '9'),
      "1e400",
      "-1E-400",
      "NaN",
      "Infinity",
      "-Infinity",
      std::string(100'000, '[') + std::string(100'000, ']'),
      R"({"k":1,"k":[2,{"k":3,"k":4}]})",
      R"("\ud800")",
      R"({ } , "n" : [ ])",
  };
  for (const std::string& value : values) {
    CHECK(texts_of("{\"m\":" + value + ",\"text\":\"a\"}\n") == Names{"a"});
    CHECK(texts_of("{\"text\":\"a\", \"m\" : " + value + " }\n") == Names{"a"});
    CHECK(texts_of("{\"x\":[{\"m\":" + value + "}, 1, {}],\"text\":\"a\"}\n") == Names{"a"});
  }
}

TEST_CASE("jsonl refuses the field that is read twice, however it is written") {
  CHECK_THAT(problem_with(R"({"text":"a","te\u0078t":"b"})"), Contains(":1:9: the name 'text' occurs twice"));
  CHECK_THAT(problem_with(R"({"a":{"b":"x","b":"y"}})", {{"field", "a.b"}}), Contains("the name 'a.b' occurs twice"));
  CHECK_THAT(problem_with(R"({"a":{"b":"x"},"a":{"b":"y"}})", {{"field", "a.b"}}), Contains("'a.b' occurs twice"));
  CHECK(texts_of("{\"text\":\"a\",\"m\":{\"text\":1}}\n") == Names{"a"});
}

TEST_CASE("jsonl reads a field within objects, unless one has the whole name") {
  const Given nested = {{"field", "a.b"}};
  CHECK(texts_of(R"({"a":{"x":1,"b":"in"}})", nested) == Names{"in"});
  CHECK(texts_of(R"({"a":{"b":"in"},"a.b":"whole"})", nested) == Names{"whole"});
  CHECK(texts_of(R"({"a.b":"whole","a":{"b":"in"}})", nested) == Names{"whole"});
  CHECK(texts_of(R"({"a":{"b.c":"x"}})", {{"field", "a.b.c"}}) == Names{"x"});
  CHECK(texts_of(R"({"a.b":{"c":"x"}})", {{"field", "a.b.c"}}) == Names{"x"});
  CHECK(texts_of(R"({"a":{"b":{"c":"x","n":NaN}}})", {{"field", "a.b.c"}}) == Names{"x"});
  CHECK_THAT(problem_with(R"({"a":{"c":"in"}})", nested), Contains(":1:1: has no 'a.b'; did you mean 'a.c'?"));
  CHECK_THAT(problem_with(R"({"a":"in"})", nested), Contains("has no 'a.b'"));
  CHECK_THAT(problem_with(R"({"a":{"b":7}})", nested), Contains(":1:11: 'a.b': expected a text, got a number"));
}

TEST_CASE("jsonl makes a text of several fields") {
  const auto with = [](const char* text) { return Given{{"template", text}}; };
  CHECK(texts_of(R"({"text":"b\tc","title":"a"})", with("{title}\n\n{text}")) == Names{"a\n\nb\tc"});
  CHECK(texts_of(R"({"m":{"q":"a"},"r":"b"})", with("Q: {m.q} A: {r} {{{r}}}")) == Names{"Q: a A: b {b}"});
  CHECK(texts_of(R"({"a":"x","b":""})", with("{a}{b}")) == Names{"x"});
  CHECK(texts_of("{\"a\":\"\",\"b\":\"\"}\n{\"a\":\"x\",\"b\":\"y\"}", with("{a}: {b}")) == Names{"x: y"});
  CHECK_THAT(problem_with(R"({"a":"x"})", with("{a}{b}")), Contains("has no 'b'"));
  const std::vector<std::pair<const char*, const char*>> wrong = {{"{a", "the '{' at character 1 is not closed"},
                                                                  {"{a{b}}", "the '{' at character 1 is not closed"},
                                                                  {"a}", "the '}' at character 2 closes nothing"},
                                                                  {"{}", "names no field"},
                                                                  {"text", "names no field"}};
  for (const auto& [text, problem] : wrong)
    CHECK_THROWS_WITH(texts_of("{}", with(text)), Contains("dataset.template") && Contains(problem));
  CHECK_THROWS_WITH(texts_of("{}", {{"template", "{a}"}, {"field", "a"}}), Contains("are both given"));
}

TEST_CASE("jsonl leaves out lines that cannot be read where it shall, and counts them") {
  const TemporaryFolder folder;
  folder.write("a.jsonl", "{\"text\":\"a\"}\nnothing\n{\"text\":5}\n\n{\"text\":\"\xE9\"}\n{\"text\":\"b\"}\n");
  folder.write("b.jsonl", "{\"text\":\"c\"}\n");
  const auto documents = read_all(folder, {{"errors", "skip"}});
  REQUIRE(documents.size() == 3);
  CHECK(documents[1].text == "b");
  CHECK_THAT(documents[0].provenance.note,
             Contains("3 of its 5 lines could not be read and were left out; the first is ") &&
                 Contains("a.jsonl:2:1: is not valid JSON: expected a value, got 'n'"));
  CHECK(documents[0].provenance.note == documents[1].provenance.note);
  CHECK(documents[2].provenance.note.empty());
  CHECK_THAT(problem_with("x\n", {{"errors", "skip"}}), Contains("has no lines with text; 1 of its 1 lines"));
}

TEST_CASE("jsonl takes files with byte-order marks that were put together, and says where they meet in a line") {
  const std::string one = "\xEF\xBB\xBF{\"text\":\"a\"}";
  CHECK(texts_of(one + "\n" + one + "\r\n\xEF\xBB\xBF\n" + one) == Names{"a", "a", "a"});
  CHECK_THAT(
      problem_with(one + one),
      Contains("a.jsonl:1:16: is not valid JSON: expected the line's end after its object, got a byte-order mark, "
               "as if two files had been joined"));
  CHECK_THAT(problem_with(one + "\n\xEF\xBB\xBF{\"text\":}"), Contains("a.jsonl:2:12: "));
}

TEST_CASE("jsonl reads UTF-16 with a byte-order mark, and names what is no text") {
  const std::string line = "{\"text\":\"a\"}\n{\"text\":\"b\"}\n";
  std::string wide("\xFF\xFE");
  for (const char c : line) wide += std::string{c, '\0'};
  const TemporaryFolder folder;
  folder.write("a.jsonl", wide);
  const auto documents = read_all(folder, {});
  REQUIRE(documents.size() == 2);
  CHECK(documents[1].text == "b");
  CHECK_THAT(documents[1].provenance.note, Contains("UTF-16LE"));
  CHECK_THAT(problem_with(wide.substr(2)), Contains("a.jsonl: looks like UTF-16LE without a byte-order mark"));
  CHECK_THAT(problem_with("PAR1" + line),
             Contains("a.jsonl: is Parquet, expected plain text") && Contains("duckdb.sql("));
}

TEST_CASE("jsonl refuses what is not UTF-8, or puts U+FFFD there") {
  const std::string line = "{\"text\":\"a\"}\n{\"text\":\"caf\xE9 \xE2\x82\"}\n";
  CHECK_THAT(problem_with(line), Contains("a.jsonl:2:13: is not UTF-8 at byte 13 of the line, 26 of the file (0xe9)"));
  CHECK(texts_of(line, kReplace) == Names{"a", "caf\uFFFD \uFFFD"});
}

TEST_CASE("jsonl refuses a lone surrogate escape, or puts U+FFFD there") {
  for (const char* escape : {"\\ud800", "\\uDC00", "\\udbff\\u0041", "\\ude00\\ud83d"}) {
    const std::string line = std::string("{\"text\":\"a") + escape + "b\"}";
    CHECK_THAT(problem_with(line), Contains("a.jsonl:1:11: ") && Contains("surrogate"));
  }
  CHECK(texts_of(R"({"text":"\ud800|\udc00|\ud83d\ude00|\ud83d\ud83d\ude00|\\ud800|\ud83dA"})", kReplace) ==
        Names{"\uFFFD|\uFFFD|\U0001F600|\uFFFD\U0001F600|\\ud800|\uFFFDA"});
  CHECK_THAT(problem_with("{\"text\":\"\\ud8\"}", kReplace), Contains("is not valid JSON"));
}

TEST_CASE("jsonl reads a line of 100 MB in pieces") {
  const std::string sentence = "It was the best of times, it was the worst of times, \\\"said\\\" he.\\n";
  const std::size_t repeats = 100'000'000 / sentence.size();
  std::string text;
  for (std::size_t i = 0; i < repeats; ++i) text += sentence;
  const TemporaryFolder folder;
  folder.write("a.jsonl", "{\"text\":\"first\"}\n{\"text\":\"" + text + "\"}\n{\"text\":\"last\"}\n");
  std::vector<std::size_t> sizes;
  std::size_t size = 0, quotes = 0;
  bool all_continue = true;
  Jsonl(OptionValues(options(), {{"files", Names{"a.jsonl"}}}), {folder.path()}).read([&](const Document& document) {
    if (document.text == "first" || document.text == "last") {
      CHECK_FALSE(document.continues);
      return;
    }
    all_continue = all_continue && document.continues == (size > 0);
    sizes.push_back(document.text.size());
    size += document.text.size();
    quotes += static_cast<std::size_t>(std::count(document.text.begin(), document.text.end(), '"'));
  });
  CHECK(size == repeats * (sentence.size() - 3));  // of which three bytes are backslashes
  CHECK(quotes == repeats * 2);
  CHECK(sizes.size() > 10);
  CHECK(*std::max_element(sizes.begin(), sizes.end()) <= (8 << 20));
  CHECK(all_continue);
}

TEST_CASE("jsonl survives any file") {
  const std::string good =
      "{\"text\":\"one \\ud83d\\ude00 caf\u00e9\",\"n\":{\"b\":[1,2.5e3,null,{\"a\":true}],\"a\":\"x\"}}\n"
      "{\"text\":\"two\",\"n\":{\"a\":\"\"}}\n";
  std::mt19937 random(11);
  int refused = 0;
  for (int i = 0; i < 3'000; ++i) {
    const std::string bad = test::mutate(good, random);
    for (const bool replace : {false, true}) {
      FieldReader reader("a.jsonl", TextTemplate::parse("{text}{n.a}{text}"), replace);
      try {
        for (std::size_t begin = 0, number = 1; begin < bad.size(); ++number) {
          const std::size_t end = std::min(bad.find('\n', begin), bad.size());
          const auto text = reader.read(std::string_view(bad).substr(begin, end - begin), begin, number);
          CHECK_FALSE(first_invalid_utf8(text));
          begin = end + 1;
        }
      } catch (const Error& error) {
        CHECK_THAT(error.what(), Contains("a.jsonl:"));
        CHECK_FALSE(first_invalid_utf8(error.what()));
        ++refused;
      }
    }
  }
  CHECK(refused > 2'000);
}

TEST_CASE("jsonl names what it does not find") {
  const TemporaryFolder folder;
  folder.write("wiki.jsonl", "{}");
  CHECK_THROWS_WITH(
      read_all(folder, {{"files", Names{"wikis.jsonl"}}}),
      Contains("dataset.files: no file or folder 'wikis.jsonl'") && Contains("did you mean 'wiki.jsonl'?"));
  CHECK_THROWS_WITH(read_all(folder, {{"files", Names{}}}), Contains("dataset.files: is empty"));
}

}  // namespace
}  // namespace folio::jsonl
