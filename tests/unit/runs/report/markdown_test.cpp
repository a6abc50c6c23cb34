#include "runs/report/markdown.h"

#include <catch2/catch.hpp>

using folio::runs::markdown_text;

TEST_CASE("usual text is as it was in Markdown") {
  for (const char* text : {"romeo-small", "0.1.0", "2026-11-29T02:09:46.450Z", "Oh no! (really, 50 % of it) it's 1 = 1",
                           "C: drive", "a + b - c", "Ünïcödé 文 ’“", ""})
    CHECK(markdown_text(text) == text);
}

TEST_CASE("nothing in a text from outside becomes a link, an image, HTML, code or a list of Markdown") {
  CHECK(markdown_text("[a](http://b)") == "\\[a\\](http\\://b)");
  CHECK(markdown_text("![a](b)") == "!\\[a\\](b)");
  CHECK(markdown_text("<script>&amp;") == "&lt;script&gt;&amp;amp;");
  CHECK(markdown_text("`rm` **b** _c_ ~~d~~ $e$ @f #7") ==
        "\\`rm\\` \\*\\*b\\*\\* \\_c\\_ \\~\\~d\\~\\~ \\$e\\$ \\@f \\#7");
  CHECK(markdown_text("# a") == "\\# a");
  CHECK(markdown_text("- a") == "\\- a");
  CHECK(markdown_text("---") == "\\-\\-\\-");
  CHECK(markdown_text("===") == "\\=\\=\\=");
  CHECK(markdown_text("+ a") == "\\+ a");
  CHECK(markdown_text("12. a") == "12\\. a");
  CHECK(markdown_text("12) a") == "12\\) a");
  CHECK(markdown_text("www.a.org") == "www\\.a.org");
  CHECK(markdown_text("a\n# b\r\n\tc") == "a \\# b   c");
  CHECK(markdown_text("\\*") == "\\\\\\*");
  CHECK(markdown_text("\x1b[31m\xff") == "\xef\xbf\xbd\\[31m\xef\xbf\xbd");
}
