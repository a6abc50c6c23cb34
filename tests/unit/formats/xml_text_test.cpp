#include "formats/xml_text.h"

#include <catch2/catch.hpp>

using folio::xml_text;

TEST_CASE("text of XML begins no element, reference or attribute's end") {
  CHECK(xml_text("a<b>&\"c'") == "a&lt;b&gt;&amp;&quot;c&#39;");
  CHECK(xml_text("<script>alert(1)</script>") == "&lt;script&gt;alert(1)&lt;/script&gt;");
  CHECK(xml_text("länge 日本") == "länge 日本");
}

TEST_CASE("what XML has no place for becomes U+FFFD") {
  CHECK(xml_text(std::string("a\0b\x1b[2J\x7f", 8)) == "a\uFFFDb\uFFFD[2J\uFFFD");
  CHECK(xml_text("\xff\xfe") == "\uFFFD\uFFFD");
  CHECK(xml_text("\xEF\xBF\xBE") == "\uFFFD");
  CHECK(xml_text("a\tb\nc") == "a\tb\nc");
}
