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
  CHECK_THAT(problem_with("\n{\"text\":\"\"}\n"), Contains("a.jsonl: has no line with text"));
  CHECK_THAT(problem_with(""), Contains("has no line with text"));
}

TEST_CASE("jsonl undoes escapes, and keeps zero bytes") {
  CHECK(texts_of(R"({"text":"a\u00e9\n\"\\\ud83d\ude00\u0000b","t":"\\ud800"})") ==
        Names{std::string("a\u00e9\n\"\\\U0001F600\0b", 12)});
}

TEST_CASE("jsonl names file, line and byte of what is not JSON") {
  CHECK_THAT(problem_with("{\"text\":\"a\"}\n\n{\"text\": }\n"),
             Contains("a.jsonl:3: is not valid JSON at byte 10 of the line: syntax error"));
  CHECK_THAT(problem_with("{\"text\":\"a\"} {}\n"), Contains("a.jsonl:1: is not valid JSON at byte 14"));
  CHECK_THAT(problem_with("{\"text\":\"a\n"), Contains(":1: is not valid JSON"));
  CHECK_THAT(problem_with("{\"text\":\"a\"}\nx"), Contains(":2: is not valid JSON at byte 1"));
  CHECK_THAT(problem_with("{\"text\":\"a\tb\"}\n"), Contains(":1: is not valid JSON at byte 11"));
  CHECK_THAT(problem_with(std::string(3000, '[') + "\n"), Contains(":1: "));
  CHECK_THAT(problem_with(std::string(3000, '[') + std::string(3000, ']')), Contains(":1: cannot be read:"));
}

TEST_CASE("jsonl names file and line of what is no object, lacks the field or has something else there") {
  CHECK_THAT(problem_with("{\"text\":\"a\"}\n[1]\n"), Contains("a.jsonl:2: expected an object, got an array"));
  CHECK_THAT(problem_with("5\n"), Contains("a.jsonl:1: expected an object, got a number"));
  CHECK_THAT(problem_with("{\"texts\":\"a\"}\n"), Contains("a.jsonl:1: has no 'text'; did you mean 'texts'?"));
  CHECK_THAT(problem_with("{}\n"), Contains("a.jsonl:1: has no 'text'"));
  CHECK_THAT(problem_with("{\"text\":null}\n"), Contains("a.jsonl:1: 'text': expected a text, got null"));
  CHECK_THAT(problem_with("{\"text\":[\"a\"]}\n"), Contains("a.jsonl:1: 'text': expected a text, got an array"));
}

TEST_CASE("jsonl refuses a name that stands twice, however it is written and deep") {
  CHECK_THAT(problem_with("{\"text\":\"a\",\"te\\u0078t\":\"b\"}\n"), Contains(":1: the name 'text' stands twice"));
  CHECK_THAT(problem_with("{\"text\":\"a\",\"more\":[1,{\"x\":{\"k\":1,\"l\":2,\"k\":3}}]}\n"),
             Contains(":1: the name 'k' stands twice"));
  CHECK(texts_of("{\"text\":\"a\",\"m\":{\"text\":1}}\n") == Names{"a"});
}

TEST_CASE("jsonl refuses what is not UTF-8, or puts U+FFFD there") {
  const std::string line = "{\"text\":\"a\"}\n{\"text\":\"caf\xE9 \xE2\x82\"}\n";
  CHECK_THAT(problem_with(line), Contains("a.jsonl:2: is not UTF-8 at byte 13 of the line, 26 of the file (0xe9)"));
  CHECK(texts_of(line, kReplace) == Names{"a", "caf\uFFFD \uFFFD"});
}

TEST_CASE("jsonl refuses a lone surrogate escape, or puts U+FFFD there") {
  for (const char* escape : {"\\ud800", "\\uDC00", "\\udbff\\u0041", "\\ude00\\ud83d"}) {
    const std::string line = std::string("{\"text\":\"a") + escape + "b\"}";
    CHECK_THAT(problem_with(line), Contains("a.jsonl:1: ") && Contains("surrogate"));
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
      "{\"text\":\"one \\ud83d\\ude00 caf\u00e9\",\"n\":[1,2.5e3,null,{\"a\":true}]}\n{\"text\":\"two\"}\n";
  std::mt19937 random(11);
  int refused = 0;
  for (int i = 0; i < 3'000; ++i) {
    const std::string bad = test::mutate(good, random);
    for (const bool replace : {false, true}) {
      FieldReader reader("a.jsonl", "text", replace);
      try {
        for (std::size_t begin = 0, number = 1; begin < bad.size(); ++number) {
          const std::size_t end = std::min(bad.find('\n', begin), bad.size());
          const std::string_view text = reader.read(bad, begin, end, number);
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
