#include "input/text_file.h"

#include <catch2/catch.hpp>
#include <utility>
#include <vector>

#include "packed.h"
#include "support/error.h"
#include "support/sha256.h"
#include "temporary_folder.h"

namespace folio::input {
namespace {

using Catch::Matchers::Contains;
using test::TemporaryFolder;

/// The characters in units of so many bytes, with their mark.
std::string wide(std::u32string_view text, int width, bool little_endian) {
  std::string bytes;
  const auto add = [&](char32_t unit) {
    for (int i = 0; i < width; ++i) {
      const int shift = 8 * (little_endian ? i : width - 1 - i);
      bytes += static_cast<char>(unit >> shift & 0xFF);
    }
  };
  add(0xFEFF);
  for (const char32_t c : text) {
    if (width == 4 || c < 0x10000) {
      add(c);
    } else {
      add(0xD800 + ((c - 0x10000) >> 10));
      add(0xDC00 + ((c - 0x10000) & 0x3FF));
    }
  }
  return bytes;
}

const std::vector<std::pair<int, bool>> kWide = {{2, true}, {2, false}, {4, true}, {4, false}};
const char* const kWideNames[] = {"UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"};

std::string problem_with(const std::string& name, const std::string& contents) {
  const TemporaryFolder folder;
  try {
    open_text(folder.write(name, contents), false);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::run);
    return error.what();
  }
  return "accepted";
}

TEST_CASE("text in UTF-16 and UTF-32 with a byte-order mark is converted, packed or not") {
  for (std::size_t i = 0; i < kWide.size(); ++i) {
    const std::string bytes = wide(U"caf\u00e9 \u4e2d\u6587 \U0001F600", kWide[i].first, kWide[i].second);
    const TemporaryFolder folder;
    for (const auto& [name, contents] : {std::pair{"a.txt", bytes}, {"a.txt.gz", test::gzip(bytes)}}) {
      const TextFile text = open_text(folder.write(name, contents), false);
      CHECK(text.contents.bytes() == std::string("caf\u00e9 \u4e2d\u6587 \U0001F600"));
      CHECK(text.hash == sha256_hex(contents));
      CHECK_THAT(text.note, Contains(kWideNames[i]));
    }
  }
}

TEST_CASE("text larger than a part is converted whole") {
  std::u32string text;
  for (int i = 0; i < 3'000'000; ++i) text += i % 7 == 0 ? U'\U0001F600' : U'x';
  const TemporaryFolder folder;
  const TextFile file = open_text(folder.write("a.txt", wide(text, 2, true)), false);
  CHECK(file.contents.bytes().size() == 428'572 * 4 + 2'571'428);
}

TEST_CASE("text in UTF-16 without its partner or its last byte is an error, or U+FFFD stands there") {
  const std::string lone = wide(U"a", 2, true) + std::string("\x00\xD8", 2) + "b" + std::string(1, '\0');
  CHECK_THAT(problem_with("a.txt", lone), Contains("a.txt: is UTF-16LE according to its byte-order mark, but") &&
                                              Contains("no valid character at byte 4") && Contains("errors: replace"));
  CHECK_THAT(problem_with("a.txt", wide(U"ab", 2, true) + "c"), Contains("no valid character at byte 6"));
  CHECK_THAT(problem_with("a.txt", wide(U"ab", 4, false) + std::string("\x00\x11\x00\x00", 4)), Contains("at byte 12"));
  const TemporaryFolder folder;
  CHECK(open_text(folder.write("a.txt", lone), true).contents.bytes() == "a\uFFFDb");
}

TEST_CASE("text in UTF-16 and UTF-32 without a mark is suspected") {
  for (std::size_t i = 0; i < kWide.size(); ++i) {
    const std::string bytes = wide(U"A line of text, and one more.\n", kWide[i].first, kWide[i].second);
    CHECK_THAT(problem_with("a.txt", bytes.substr(static_cast<std::size_t>(kWide[i].first))),
               Contains(std::string("a.txt: looks like ") + kWideNames[i] + " without a byte-order mark") &&
                   Contains(std::string("iconv -f ") + kWideNames[i] + " -t UTF-8"));
  }
  for (const std::u32string_view line :
       {U"\u0421\u0442\u0440\u043e\u043a\u0430 \u0442\u0435\u043a\u0441\u0442\u0430 \u2014 \u0434\u0430.\n",
        U"\u0421\u0422\u0420\u041e\u041a\u0410 \u0418 \u0415\u0429\u0415 \u041e\u0414\u041d\u0410\n",
        U"\u0393\u03c1\u03b1\u03bc\u03bc\u03ae \u03ba\u03b5\u03b9\u03bc\u03ad\u03bd\u03bf\u03c5\n",
        U"\u05e9\u05d5\u05e8\u05d4 \u05e9\u05dc \u05d8\u05e7\u05e1\u05d8\n",
        U"\u0938\u0941\u0930\u0941\u0927\u0940 \u0915\u093e \u092a\u093e\u0920\n",
        U"\u0c15\u0c25 \u0c12\u0c15 \u0c32\u0c48\u0c28\u0c41\n"}) {
    for (std::size_t i = 0; i < kWide.size(); ++i) {
      const std::string bytes = wide(line, kWide[i].first, kWide[i].second);
      CAPTURE(bytes);
      CHECK_THAT(problem_with("a.txt", bytes.substr(static_cast<std::size_t>(kWide[i].first))),
                 Contains(std::string("a.txt: looks like ") + kWideNames[i]));
    }
  }
  CHECK(problem_with("a.txt", "1\n2\n3\n4\n5\n6\n7\n8\n9\n") == "accepted");
  CHECK(problem_with("a.txt", "1\t2\t3\n4\t5\t6\n7\t8\t9\n") == "accepted");
  CHECK(problem_with("a.txt", "\u0421\u0442\u0440\u043e\u043a\u0430\n") == "accepted");
  CHECK(problem_with("a.txt", std::string("a\0b some zeros \0 stay\0", 22)) == "accepted");
  CHECK(problem_with("a.txt", std::string(64, '\0')) == "accepted");
}

TEST_CASE("a text full of control characters is refused, and one with a few is read") {
  std::u32string chinese;
  for (char32_t c = 0x4E00; c < 0x9F00; c += 37) chinese += c;
  for (const auto& [width, little_endian] : {std::pair{2, true}, {2, false}})
    CHECK_THAT(problem_with("a.txt", wide(chinese, width, little_endian).substr(2)),
               Contains("a.txt: is full of control characters") && Contains("UTF-16"));
  std::string text;
  for (int i = 0; i < 100; ++i)
    text += "\x1B[1mA line\x1B[0m of N\bNA\bAM\bME\bE\f\n" + std::string(i % 9 == 0 ? "\x01\x1F" : "") + "more\n";
  CHECK(problem_with("a.txt", text) == "accepted");
  CHECK(problem_with("a.txt", "a\x01") == "accepted");
  CHECK_THAT(problem_with("a.txt", std::string(100, 'a') + "\x01\x02\x03\x04\x05\x06\x07\x0E"),
             Contains("full of control characters"));
}

TEST_CASE("files that are no plain text are named as what they are, with the command that makes text of them") {
  const std::string zip_head = std::string("PK\x03\x04") + std::string(26, '\x01');
  const std::vector<std::tuple<std::string, std::string, std::string, std::string>> cases = {
      {"a.pdf", "%PDF-1.7\n", "is a PDF", "pdftotext '%/a.pdf' '%/a.txt'"},
      {"a.epub", zip_head + "mimetypeapplication/epub+zip", "is an EPUB",
       "pandoc -f epub -t plain --wrap=none -o '%/a.txt'"},
      {"b.epub", zip_head + "OEBPS/content.opf", "is an EPUB", "pandoc -f epub"},
      {"b.zip", zip_head + "META-INF/container.xml", "is an EPUB", "pandoc -f epub"},
      {"a.zip", zip_head + "a.txt", "is a zip archive", "unzip '%/a.zip' -d '%/a'"},
      {"a.docx", zip_head + "[Content_Types].xml ... word/document.xml", "is a Word document", "pandoc"},
      {"a.odt", zip_head + "mimetypeapplication/vnd.oasis.opendocument.text", "is an OpenDocument text", "pandoc"},
      {"a.txt.xz",
       std::string("\xFD"
                   "7zXZ\0\0",
                   7),
       "is compressed with xz", "xz -dc '%/a.txt.xz' > '%/a.txt'"},
      {"a.txt.bz2", "BZh91AY", "is compressed with bzip2", "bzip2 -dc"},
      {"a.7z", "7z\xBC\xAF\x27\x1C", "is a 7-Zip archive", "7z x"},
      {"a.tar", std::string(257, 'a') + "ustar", "is a tar archive", "tar -xf"},
      {"a.rtf", "{\\rtf1\\ansi", "is RTF", "pandoc -f rtf"},
      {"a b's.html", "\n <!DOCTYPE HTML>\n<HTML>", "is HTML", "-o '%/a b'\\''s.txt' '%/a b'\\''s.html'"},
      {"a.txt", "\xEF\xBB\xBF<?xml version=\"1.0\"?>\n<html xmlns=\"x\">", "is HTML", "pandoc -f html"},
      {"a.fb2", "<?xml version=\"1.0\"?>\n<FictionBook>", "is a FictionBook", "pandoc -f fb2"},
      {"a.doc", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "is an old Microsoft Office document",
       "soffice --cat '%/a.doc' > '%/a.txt'"},
      {"a.mobi", std::string(60, 'a') + "BOOKMOBI", "is a Kindle or Mobipocket book", "ebook-convert"},
      {"a.png", "\x89PNG\r\n\x1A\n", "is a picture (PNG)", "tesseract '%/a.png' '%/a'"},
      // Called as a text: the command must not write over it.
      {"p.txt", "%PDF-1.7\n", "is a PDF", "pdftotext '%/p.txt' '%/p.converted.txt'"},
      {"p.txt", "{\\rtf1\\ansi", "is RTF", "-o '%/p.converted.txt' '%/p.txt'"},
      {"p.txt", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "is an old Microsoft Office document", "> '%/p.converted.txt'"},
      {"p.txt", "\x89PNG\r\n\x1A\n", "is a picture (PNG)", "tesseract '%/p.txt' '%/p.converted'"},
      {"p.txt", "BZh91AY", "is compressed with bzip2", "bzip2 -dc '%/p.txt' > '%/p.converted.txt'"},
      {"p", "BZh91AY", "is compressed with bzip2", "bzip2 -dc '%/p' > '%/p.txt'"},
      {"p", zip_head + "a.txt", "is a zip archive", "unzip '%/p' -d '%/p.txt'"},
      {"p.jsonl", "PAR1", "is Parquet", "TO '%/p.converted.jsonl' "},
  };
  for (const auto& [name, contents, kind, command] : cases) {
    const TemporaryFolder folder;
    const auto path = folder.write(name, contents);
    std::string expected = command;
    for (std::size_t at = 0; (at = expected.find('%')) != expected.npos;)
      expected.replace(at, 1, folder.path().string());
    CHECK_THROWS_WITH(open_text(path, true),
                      Contains(path.string() + ": " + kind + ", expected plain text") && Contains(expected));
  }
  CHECK_THAT(problem_with("a.txt.gz", test::gzip("%PDF-1.7\n")), Contains("is a PDF (unpacked), expected plain text"));
  CHECK(problem_with("a.txt", "He said <html> is a tag, and PK and %PDF- too.") == "accepted");
  CHECK(problem_with("a.txt", "<poem>\nlines\n</poem>") == "accepted");
  CHECK(problem_with("a.txt", "") == "accepted");
}

}  // namespace
}  // namespace folio::input
