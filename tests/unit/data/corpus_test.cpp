#include "data/corpus.h"

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "folio/error.h"
#include "unit/data/fakes.h"

using namespace folio;

namespace {

Document document(std::string name, std::string text) { return {std::move(name), std::move(text), {}}; }

/// The same document in pieces of `size` bytes.
std::vector<Document> in_pieces(const std::string& name, const std::string& text, std::size_t size) {
  std::vector<Document> pieces;
  for (std::size_t begin = 0; begin < text.size(); begin += size) {
    pieces.push_back(document(name, text.substr(begin, size)));
    pieces.back().continues = begin > 0;
  }
  return pieces;
}

struct Parts {
  std::vector<std::string> training, evaluation;  ///< one a document
  bool operator==(const Parts&) const = default;
};

Parts parts_of(std::vector<Document> documents, double validation) {
  const FakeDataset dataset(std::move(documents));
  Parts parts;
  std::string training, evaluation;
  data::read_texts(dataset, data::survey(dataset), validation, [&](const data::Text& text) {
    std::string& part = text.evaluation ? evaluation : training;
    part += text.text;
    if (!text.ends) return;
    (text.evaluation ? parts.evaluation : parts.training).push_back(std::exchange(part, {}));
  });
  CHECK(training.empty());
  CHECK(evaluation.empty());
  return parts;
}

data::Corpus survey(std::vector<Document> documents) { return data::survey(FakeDataset(std::move(documents))); }

const std::string kLines = "one\ntwo\nthree\nfour\nfive\n";  // 24 characters; three quarters end within "four"

}  // namespace

TEST_CASE("a corpus counts bytes and characters of its documents") {
  const data::Corpus corpus = survey({document("a", "h\xc3\xa9!"), document("b", "xy")});
  CHECK(corpus.documents == 2);
  CHECK(corpus.bytes == 6);
  CHECK(corpus.characters == 5);
  CHECK(parts_of({document("a", "h\xc3\xa9!"), document("b", "xy")}, 0) == Parts{{"h\xc3\xa9!", "xy"}, {}});
}

TEST_CASE("words are what stands between blanks and line ends") {
  CHECK(data::count_words("") == 0);
  CHECK(data::count_words(" \r\n\t") == 0);
  CHECK(data::count_words("To be, or not\tto be:\r\nthat is  the question\n") == 10);
}

TEST_CASE("the validation share is the end of each document, from a line's start on") {
  CHECK(parts_of({document("a", kLines)}, 0.25) == Parts{{"one\ntwo\nthree\n"}, {"four\nfive\n"}});
}

TEST_CASE("of many documents the validation share is whole ones, spread over all of them") {
  std::vector<Document> documents;
  for (int i = 0; i < 1000; ++i) documents.push_back(document("d", "text " + std::to_string(i) + " in\ntwo lines"));
  const Parts parts = parts_of(documents, 0.1);
  CHECK(parts.evaluation.size() == Approx(100).margin(1));
  CHECK(parts.training.size() + parts.evaluation.size() == 1000);
  std::set<std::string> all;
  for (const Document& each : documents) all.insert(each.text);
  for (const auto& part : {parts.training, parts.evaluation})
    for (const std::string& text : part) CHECK(all.erase(text) == 1);
  // No ten in a row are trained on throughout, and no fixed tenth of every ten is kept.
  std::set<std::size_t> places;
  for (const std::string& text : parts.evaluation)
    places.insert(static_cast<std::size_t>(std::stoi(text.substr(5))) % 10);
  CHECK(places.size() > 5);
  for (std::size_t i = 1; i < parts.evaluation.size(); ++i)
    CHECK(std::stoi(parts.evaluation[i].substr(5)) - std::stoi(parts.evaluation[i - 1].substr(5)) < 25);
}

TEST_CASE("twenty documents are many, and one of them is kept at least") {
  const auto documents = [](int count) {
    std::vector<Document> all;
    for (int i = 0; i < count; ++i) all.push_back(document("d", "a\nb\nc\nd\n"));
    return all;
  };
  CHECK(parts_of(documents(19), 0.25).evaluation == std::vector<std::string>(19, "d\n"));
  for (const double share : {0.05, 0.1, 0.5, 0.9}) {
    const Parts parts = parts_of(documents(20), share);
    CAPTURE(share);
    CHECK(parts.evaluation == std::vector<std::string>(parts.evaluation.size(), "a\nb\nc\nd\n"));
    CHECK(static_cast<double>(parts.evaluation.size()) == Approx(20 * share).margin(1));
    CHECK_FALSE(parts.evaluation.empty());
    CHECK_FALSE(parts.training.empty());
  }
  for (const double share : {0.04, 0.0001})  // less than one document
    CHECK(parts_of(documents(30), share / 2).evaluation == std::vector<std::string>{"a\nb\nc\nd\n"});
  CHECK(parts_of(documents(30), 0).evaluation.empty());
}

TEST_CASE("a document in pieces is kept whole among many") {
  std::vector<Document> documents;
  for (int i = 0; i < 20; ++i)
    for (Document& piece : in_pieces("d", kLines, 7)) documents.push_back(std::move(piece));
  const Parts parts = parts_of(documents, 0.5);
  CHECK(parts.evaluation == std::vector<std::string>(parts.evaluation.size(), kLines));
  CHECK(parts.training == std::vector<std::string>(20 - parts.evaluation.size(), kLines));
}

TEST_CASE("the validation share of a text without line ends begins with a word") {
  CHECK(parts_of({document("a", "one two three four")}, 0.3) == Parts{{"one two "}, {"three four"}});
  CHECK(parts_of({document("a", "one\ntwo three four")}, 0.3) == Parts{{"one\n"}, {"two three four"}});
}

TEST_CASE("the validation share never cuts a character") {
  std::string text;
  for (int i = 0; i < 10; ++i) text += "\xe2\x82\xac";  // euro signs, no line end
  CHECK(parts_of({document("a", text)}, 0.5) == Parts{{text.substr(0, 15)}, {text.substr(15)}});
}

TEST_CASE("a document in pieces is cut as in one where the share begins in a piece with a line end") {
  const Parts whole = parts_of({document("a", kLines), document("b", "x\ny\n")}, 0.25);
  for (const std::size_t size : {12, 13, 19, 23}) {
    std::vector<Document> pieces = in_pieces("a", kLines, size);
    pieces.push_back(document("b", "x\ny\n"));
    CAPTURE(size);
    CHECK(parts_of(pieces, 0.25) == whole);
  }
}

TEST_CASE("a document in pieces is cut at the exact share where its piece has no line end before it") {
  const std::string text(20, 'x');
  CHECK(parts_of(in_pieces("a", text, 3), 0.5) == Parts{{text.substr(10)}, {text.substr(10)}});
  // The share begins with a piece, so the training part ends with the one before.
  CHECK(parts_of(in_pieces("a", text, 5), 0.5) == Parts{{text.substr(10)}, {text.substr(10)}});
}

TEST_CASE("a corpus' hash tells other documents, names and cuts between documents apart") {
  const auto hash = [](std::vector<Document> documents) { return survey(std::move(documents)).hash; };
  const std::string ab_c = hash({document("1", "ab"), document("2", "c")});
  CHECK(ab_c == hash({document("1", "ab"), document("2", "c")}));
  CHECK(ab_c != hash({document("1", "a"), document("2", "bc")}));
  CHECK(ab_c != hash({document("1", "ab"), document("3", "c")}));
  CHECK(ab_c != hash({document("2", "c"), document("1", "ab")}));
}

TEST_CASE("a corpus' hash is the same wherever a document is cut into pieces") {
  const auto hash = [](std::vector<Document> documents) { return survey(std::move(documents)).hash; };
  CHECK(hash(in_pieces("a", kLines, 5)) == hash(in_pieces("a", kLines, 9)));
  CHECK(hash(in_pieces("a", kLines, 5)) != hash(in_pieces("b", kLines, 5)));
}

TEST_CASE("a source is kept once for all of its documents") {
  std::vector<Document> documents;
  for (int i = 0; i < 1000; ++i) {
    documents.push_back(document("line " + std::to_string(i), "text"));
    documents.back().provenance.source = i < 400 ? "first.jsonl" : "second.jsonl";
  }
  const data::Corpus corpus = survey(std::move(documents));
  REQUIRE(corpus.sources.size() == 2);
  CHECK(corpus.sources[0].document == "line 0");
  CHECK(corpus.sources[0].documents == 400);
  CHECK(corpus.sources[1].provenance.source == "second.jsonl");
  CHECK(corpus.sources[1].documents == 600);
}

TEST_CASE("a corpus is a stand-in as soon as one document is") {
  Document generated = document("a", "text");
  generated.provenance.stand_in = true;
  CHECK(survey({document("b", "text"), generated}).stand_in);
  CHECK_FALSE(survey({document("b", "text")}).stand_in);
}

TEST_CASE("documents without any text are an error") {
  CHECK_THROWS_AS(survey({document("a", "")}), Error);
  CHECK_THROWS_AS(survey({}), Error);
}

TEST_CASE("a text that changes between two passes is an error") {
  const data::Corpus corpus = survey({document("a", "text")});
  const FakeDataset other({document("a", "longer text")});
  CHECK_THROWS_WITH(data::read_texts(other, corpus, 0, [](const data::Text&) {}),
                    Catch::Contains("changed while it was read"));
}
