#include "data/corpus.h"

#include <catch2/catch.hpp>

#include "folio/error.h"
#include "unit/data/fakes.h"

using namespace folio;

namespace {

data::Corpus read(std::vector<Document> documents, double validation) {
  return data::read_corpus(FakeDataset(std::move(documents)), validation);
}

Document document(std::string name, std::string text) { return {std::move(name), std::move(text), {}}; }

}  // namespace

TEST_CASE("a corpus counts bytes and characters of its documents") {
  const data::Corpus corpus = read({document("a", "h\xc3\xa9!"), document("b", "xy")}, 0);
  CHECK(corpus.training.texts == std::vector<std::string>{"h\xc3\xa9!", "xy"});
  CHECK(corpus.training.bytes == 6);
  CHECK(corpus.training.characters == 5);
  CHECK(corpus.evaluation.texts.empty());
}

TEST_CASE("the validation share is the end of each document, from a line's start on") {
  const std::string text = "one\ntwo\nthree\nfour\nfive\n";  // 24 characters; three quarters end within "four"
  const data::Corpus corpus = read({document("a", text)}, 0.25);
  CHECK(corpus.training.texts.at(0) == "one\ntwo\nthree\n");
  CHECK(corpus.evaluation.texts.at(0) == "four\nfive\n");
}

TEST_CASE("the validation share never cuts a character") {
  std::string text;
  for (int i = 0; i < 10; ++i) text += "\xe2\x82\xac";  // euro signs, no line end
  const data::Corpus corpus = read({document("a", text)}, 0.5);
  CHECK(corpus.training.characters == 5);
  CHECK(corpus.training.bytes == 15);
  CHECK(corpus.evaluation.bytes == 15);
}

TEST_CASE("a corpus' hash tells other documents, names and cuts between documents apart") {
  const auto hash = [](std::vector<Document> documents) { return read(std::move(documents), 0).hash; };
  const std::string ab_c = hash({document("1", "ab"), document("2", "c")});
  CHECK(ab_c == hash({document("1", "ab"), document("2", "c")}));
  CHECK(ab_c != hash({document("1", "a"), document("2", "bc")}));
  CHECK(ab_c != hash({document("1", "ab"), document("3", "c")}));
  CHECK(ab_c != hash({document("2", "c"), document("1", "ab")}));
}

TEST_CASE("a corpus is a stand-in as soon as one document is") {
  Document generated = document("a", "text");
  generated.provenance.stand_in = true;
  CHECK(read({document("b", "text"), generated}, 0).stand_in);
  CHECK_FALSE(read({document("b", "text")}, 0).stand_in);
}

TEST_CASE("documents without any text are an error") {
  CHECK_THROWS_AS(read({document("a", "")}, 0), Error);
  CHECK_THROWS_AS(read({}, 0), Error);
}
