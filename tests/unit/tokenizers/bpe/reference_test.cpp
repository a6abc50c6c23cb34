// Training, ids, files and texts against Hugging Face's tokenizers.

#include "reference.h"

#include <catch2/catch.hpp>
#include <map>

#include "books.h"
#include "support/sha256.h"

using namespace folio;
using test::reference;

namespace {

std::string hash_of(const std::vector<TokenId>& ids) {
  return sha256_hex({reinterpret_cast<const char*>(ids.data()), ids.size() * sizeof(TokenId)});
}

std::vector<TokenId> nasty_ids(const bpe::BpeTokenizer& tokenizer) {
  std::vector<TokenId> all;
  for (const auto& text : test::nasty_texts()) {
    const auto ids = tokenizer.encode(text.get<std::string>());
    all.insert(all.end(), ids.begin(), ids.end());
  }
  return all;
}

/// The four books and all of them in one, as tokenizers_reference.py has them.
std::map<std::string, std::string> read_books(const std::filesystem::path& folder) {
  std::map<std::string, std::string> books;
  std::string all;
  for (const char* const name : {"macbeth", "moby-dick", "pride-and-prejudice", "romeo-and-juliet"}) {
    all += books[name] = test::read_book(folder, name);
  }
  books["all"] = all;
  return books;
}

std::string body_of(const std::string& book) {
  const std::size_t begin = book.find('\n', book.find("*** START OF")) + 1;
  return book.substr(begin, book.find("*** END OF") - begin);
}

/// The words that tokenizers_reference.py makes of a seed.
std::string random_text(std::uint64_t seed) {
  std::uint64_t state = seed;
  const auto below = [&](std::uint64_t bound) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 33) % bound;
  };
  const std::uint64_t letters = 2 + seed % 3;
  const std::uint64_t words = 3 + below(200);
  std::string text;
  for (std::uint64_t word = 0; word < words; ++word) {
    if (word > 0) text += ' ';
    for (std::uint64_t left = 1 + below(14); left > 0; --left) text += static_cast<char>('a' + below(letters));
  }
  return text;
}

}  // namespace

TEST_CASE("bpe learns from the books what Hugging Face's trainer learns, and gives the same ids") {
  const auto folder = test::book_folder();
  if (!folder) {
    if (test::books_are_required()) FAIL("the books are missing: set FOLIO_DATA");
    WARN("skipped: the books are missing");
    return;
  }
  const auto books = read_books(*folder);
  REQUIRE(reference()["trainings"].size() >= 20);
  for (const auto& training : reference()["trainings"]) {
    INFO(training["text"] << " " << training["part"] << " " << training["vocab_size"] << " " << training["objective"]);
    const std::string& book = books.at(training["text"]);
    const auto tokenizer = test::trained(training["part"] == "body" ? body_of(book) : book, training["vocab_size"],
                                         *objective_from_string(training["objective"].get<std::string>()));
    CHECK(tokenizer.vocab_size() == training["learned"]);
    CHECK(sha256_hex(tokenizer.to_json()) == training["json_sha256"]);
    for (const auto& [name, expected] : training["ids_sha256"].items()) {
      INFO("text " << name);
      CHECK(hash_of(name == "nasty" ? nasty_ids(tokenizer) : tokenizer.encode(books.at(name))) == expected);
    }
  }
}

TEST_CASE("bpe learns what Hugging Face's trainer learns where many merges spell the same token") {
  REQUIRE(reference()["random_trainings"].size() == 12);
  for (const auto& training : reference()["random_trainings"]) {
    INFO("seed " << training["seed"]);
    const auto tokenizer = test::trained(random_text(training["seed"]), 400, Objective::causal);
    CHECK(sha256_hex(tokenizer.to_json()) == training["json_sha256"]);
  }
}

TEST_CASE("bpe cuts nasty text and puts it together as Hugging Face's tokenizers do") {
  const auto folder = test::book_folder();
  if (!folder) {
    if (test::books_are_required()) FAIL("the books are missing: set FOLIO_DATA");
    WARN("skipped: the books are missing");
    return;
  }
  const auto tokenizer = test::trained(test::read_book(*folder, "romeo-and-juliet"), 1000, Objective::span_corruption);
  REQUIRE(reference()["nasty"].size() == test::nasty_texts().size());
  for (const auto& expected : reference()["nasty"]) {
    INFO(expected["name"]);
    auto ids = tokenizer.encode(test::nasty_texts()[expected["name"].get<std::string>()].get<std::string>());
    REQUIRE(ids == expected["ids"].get<std::vector<TokenId>>());
    CHECK(tokenizer.decode(ids, false) == expected["text"]);
    CHECK(tokenizer.decode(ids, true) == expected["text_without_special"]);
    CHECK(tokenizer.decode(std::span(ids).first(ids.size() / 2), false) == expected["first_half"]);
    std::reverse(ids.begin(), ids.end());
    CHECK(tokenizer.decode(ids, false) == expected["reversed"]);
  }
}

TEST_CASE("bpe loads a file spelled as GPT-2's own, with added tokens of all kinds") {
  bpe::BpeTokenizer tokenizer({});
  tokenizer.load_json(test::read_reference("added_tokens_tokenizer.json"));
  CHECK(tokenizer.vocab_size() == 281);
  REQUIRE(reference()["added_tokens"].size() == 2);
  bpe::BpeTokenizer again({});
  again.load_json(tokenizer.to_json());
  for (const auto& expected : reference()["added_tokens"]) {
    const auto ids = tokenizer.encode(expected["input"].get<std::string>());
    CHECK(ids == expected["ids"].get<std::vector<TokenId>>());
    CHECK(again.encode(expected["input"].get<std::string>()) == ids);
    CHECK(tokenizer.decode(ids, false) == expected["text"]);
    CHECK(tokenizer.decode(ids, true) == expected["text_without_special"]);
  }
}
