// Ids, text and quality of training against Hugging Face's tokenizers.

#include "reference.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "books.h"
#include "support/sha256.h"

using namespace folio;
using nlohmann::json;

namespace {

const json& reference() {
  static const json values = json::parse(test::read_reference("unigram_reference.json"));
  return values;
}

/// The file with the parts exchanged that unigram_reference.py exchanges.
std::string variant(const std::string& name) {
  json file = json::parse(test::unigram_file());
  if (name != "bytes") {
    file["model"]["byte_fallback"] = false;
    file["decoder"] = file["pre_tokenizer"];
  }
  if (name == "nfc") file["normalizer"] = {{"type", "NFC"}};
  if (name == "none") file["normalizer"] = nullptr;
  return file.dump();
}

/// One tokenizer for each variant.
const unigram::UnigramTokenizer& tokenizer_of(const std::string& name) {
  static std::map<std::string, unigram::UnigramTokenizer> loaded;
  const auto [place, is_new] = loaded.try_emplace(name, unigram::TrainingOptions{});
  if (is_new) place->second.load_json(variant(name));
  return place->second;
}

std::string text_of(const std::string& name) {
  static const json nasty = json::parse(test::read_reference("nasty_text.json"));
  return nasty.contains(name) ? nasty[name] : reference()["more_texts"][name];
}

/// Of the best cut, in nats for each byte; the same as in unigram_reference.py.
double likelihood(const unigram::UnigramTokenizer& tokenizer, const std::string& text) {
  const json model = json::parse(tokenizer.to_json())["model"];
  std::vector<double> scores;
  for (const json& piece : model["vocab"]) scores.push_back(piece[1]);
  const double lowest = *std::min_element(scores.begin(), scores.end());
  scores[model["unk_id"].get<std::size_t>()] = lowest - 10;
  double sum = 0;
  for (const TokenId id : tokenizer.encode(text)) sum += scores[static_cast<std::size_t>(id)];
  return sum / static_cast<double>(text.size());
}

bool books_are_missing() {
  if (test::book_folder()) return false;
  if (test::books_are_required()) FAIL("the books are missing: set FOLIO_DATA");
  WARN("skipped: the books are missing");
  return true;
}

}  // namespace

TEST_CASE("unigram cuts nasty text and puts it together as Hugging Face's tokenizers do") {
  int compared = 0;
  for (const json& expected : reference()["results"]) {
    if (!expected.contains("name")) continue;
    INFO(expected["variant"] << " " << expected["name"]);
    const auto& tokenizer = tokenizer_of(expected["variant"]);
    auto ids = tokenizer.encode(text_of(expected["name"]));
    CHECK(ids == expected["ids"].get<std::vector<TokenId>>());
    CHECK(tokenizer.decode(ids, false) == expected["text"].get<std::string>());
    CHECK(tokenizer.decode(ids, true) == expected["text_without_special"].get<std::string>());
    std::reverse(ids.begin(), ids.end());
    CHECK(tokenizer.decode(ids, false) == expected["reversed"].get<std::string>());
    ++compared;
  }
  CHECK(compared > 150);
}

TEST_CASE("unigram cuts the books and puts them together as Hugging Face's tokenizers do") {
  if (books_are_missing()) return;
  int compared = 0;
  for (const json& expected : reference()["results"]) {
    if (!expected.contains("book")) continue;
    INFO(expected["variant"] << " " << expected["book"]);
    const auto& tokenizer = tokenizer_of(expected["variant"]);
    const auto ids = tokenizer.encode(test::read_book(*test::book_folder(), expected["book"]));
    CHECK(sha256_hex({reinterpret_cast<const char*>(ids.data()), ids.size() * sizeof(TokenId)}) ==
          expected["ids_sha256"].get<std::string>());
    CHECK(sha256_hex(tokenizer.decode(ids, false)) == expected["text_sha256"].get<std::string>());
    ++compared;
  }
  CHECK(compared == 16);
}

TEST_CASE("unigram makes a text it has not seen as probable as Hugging Face's trainer does, within half a percent",
          "[long]") {
  if (books_are_missing()) return;
  std::string corpus;
  for (const char* const name : {"macbeth", "moby-dick", "romeo-and-juliet"})
    corpus += test::read_book(*test::book_folder(), name);
  const std::string held_out = test::read_book(*test::book_folder(), "pride-and-prejudice");
  REQUIRE(reference()["trainings"].size() == 2);
  for (const json& training : reference()["trainings"]) {
    INFO(training);
    const std::size_t vocab_size = training["vocab_size"];
    const auto tokenizer = test::trained_unigram(corpus, {.vocab_size = vocab_size, .byte_fallback = false});
    CHECK(tokenizer.vocab_size() <= static_cast<std::int64_t>(vocab_size));
    CHECK(likelihood(tokenizer, held_out) > training["held_out_likelihood"].get<double>() * 1.005);  // both below 0
  }
}
