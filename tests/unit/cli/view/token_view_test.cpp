#include "cli/view/token_view.h"

#include <catch2/catch.hpp>
#include <initializer_list>

using namespace folio::cli;
using Kind = ShownToken::Kind;

namespace {

template <typename View>
std::string shown(View view, std::initializer_list<ShownToken> tokens) {
  std::string text;
  for (const ShownToken& token : tokens) text += view.add(token);
  return text + view.finish();
}

}  // namespace

TEST_CASE("without colour a bar stands between tokens") {
  CHECK(shown(TokenFlow(false), {{1, "But"}, {2, " soft"}, {3, ","}}) == "But│ soft│,\n");
  CHECK(shown(TokenFlow(false), {}).empty());
  CHECK(shown(TokenFlow(false), {{1, ""}, {2, "a"}}) == "│a\n");
}

TEST_CASE("lines end where the text's lines do, and the line end is seen") {
  CHECK(shown(TokenFlow(false), {{1, "light"}, {2, "\n"}, {1, "\nthrough"}}) == "light│↵\n│↵\nthrough\n");
  CHECK(shown(TokenFlow(false), {{1, "end.\r\n"}}) == "end.␍↵\n");
}

TEST_CASE("no control character of a text reaches the terminal") {
  const std::string text("a\tb\x1b[31m\x00\x7f", 10);
  CHECK(shown(TokenFlow(false), {{1, text}}) == "a⇥b<0x1B>[31m<0x00><0x7F>\n");
  CHECK(shown(TokenGrid(false, 80), {{1, "\x1b[2J"}}) == "<0x1B>[2J\n1\n");
  CHECK(shown(TokenFlow(false), {{1, "a\u202eb\u009bc\u200b\u2066"}}) == "a<U+202E>b<U+009B>c<U+200B><U+2066>\n");
  CHECK(shown(TokenFlow(false), {{1, "a\xff"}}) == "a\uFFFD\n");
}

TEST_CASE("neighbours differ in colour, and colour ends before each line end") {
  const std::string text = shown(TokenFlow(true), {{1, "a"}, {2, "b\n"}, {3, "c"}});
  CHECK(text ==
        "\x1b[38;5;16;48;5;153ma\x1b[0m"
        "\x1b[38;5;16;48;5;223mb↵\x1b[0m\n"
        "\x1b[38;5;16;48;5;194mc\x1b[0m\n");
}

TEST_CASE("special and unknown tokens have colours of their own") {
  const std::string special = shown(TokenFlow(true), {{0, "<|endoftext|>", Kind::special}});
  const std::string unknown = shown(TokenFlow(true), {{0, "[UNK]", Kind::unknown}});
  CHECK(special == "\x1b[38;5;16;48;5;183m<|endoftext|>\x1b[0m\n");
  CHECK(unknown == "\x1b[38;5;16;48;5;210m[UNK]\x1b[0m\n");
}

TEST_CASE("ids stand below their tokens, blanks are dots, and lines keep to the width") {
  const std::initializer_list<ShownToken> tokens{{713, "But"}, {2104, " soft"}, {11, ","}, {198, "\n"}};
  CHECK(shown(TokenGrid(false, 80), tokens) ==
        "But  ·soft  ,   ↵\n"
        "713  2104   11  198\n");
  CHECK(shown(TokenGrid(false, 11), tokens) ==
        "But  ·soft\n"
        "713  2104\n\n"
        ",   ↵\n"
        "11  198\n");
  CHECK(shown(TokenGrid(false, 2), {{1, "wider"}}) == "wider\n1\n");
}

TEST_CASE("columns reckon with wide characters") {
  CHECK(shown(TokenGrid(false, 80), {{1, "羅密"}, {22222, "é"}}) ==
        "羅密  é\n"
        "1     22222\n");
}
