// Training, ids, files and texts against Hugging Face's tokenizers.

#include "reference.h"

#include <catch2/catch.hpp>
#include <map>
#include <utility>

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
  for (const char* const name : {"macbeth", "moby-dick", "pride-and-prejudice", "romeo-and-juliet"})
    all += books[name] = test::read_book(folder, name);
  books["all"] = all;
  return books;
}

std::string body_of(const std::string& book) {
  const std::size_t begin = book.find('\n', book.find("*** START OF")) + 1;
  return book.substr(begin, book.find("*** END OF") - begin);
}

/// The numbers that tokenizers_reference.py makes of a seed.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t below(std::uint64_t bound) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return (state_ >> 33) % bound;
  }

 private:
  std::uint64_t state_;
};

std::string random_text(std::uint64_t seed) {
  Random random(seed);
  const std::uint64_t letters = 2 + seed % 3;
  const std::uint64_t words = 3 + random.below(200);
  std::string text;
  for (std::uint64_t word = 0; word < words; ++word) {
    if (word > 0) text += ' ';
    for (std::uint64_t left = 1 + random.below(14); left > 0; --left)
      text += static_cast<char>('a' + random.below(letters));
  }
  return text;
}

std::string random_signs(std::uint64_t seed) {
  const auto& signs = reference()["signs"];
  Random random(seed);
  std::string text;
  for (std::uint64_t left = random.below(60); left > 0; --left)
    text += signs[random.below(signs.size())].get<std::string>();
  return text;
}

bpe::Pattern pattern_of(const nlohmann::json& name) {
  return name == "llama3" ? bpe::Pattern::llama3 : bpe::Pattern::gpt2;
}

}  // namespace

TEST_CASE("bpe learns from the books what Hugging Face's trainer learns, and gives the same ids", "[long]") {
  const auto folder = test::book_folder();
  if (!folder) {
    if (test::books_are_required()) FAIL("the books are missing: set FOLIO_DATA");
    WARN("skipped: the books are missing");
    return;
  }
  const auto books = read_books(*folder);
  REQUIRE(reference()["trainings"].size() >= 20);
  for (const auto& training : reference()["trainings"]) {
    INFO(training["text"] << " " << training["part"] << " " << training["vocab_size"] << " " << training["objective"]
                          << " " << training["pattern"]);
    const std::string& book = books.at(training["text"]);
    const auto tokenizer = test::trained(training["part"] == "body" ? body_of(book) : book, training["vocab_size"],
                                         *objective_from_string(training["objective"].get<std::string>()),
                                         pattern_of(training["pattern"]));
    CHECK(tokenizer.vocab_size() == training["learned"]);
    CHECK(sha256_hex(tokenizer.to_json()) == training["json_sha256"].get<std::string>());
    for (const auto& [name, expected] : training["ids_sha256"].items()) {
      INFO("text " << name);
      CHECK(hash_of(name == "nasty" ? nasty_ids(tokenizer) : tokenizer.encode(books.at(name))) ==
            expected.get<std::string>());
    }
  }
}

TEST_CASE("bpe learns what Hugging Face's trainer learns where many merges spell the same token") {
  REQUIRE(reference()["random_trainings"].size() == 12);
  for (const auto& training : reference()["random_trainings"]) {
    INFO("seed " << training["seed"]);
    const auto tokenizer = test::trained(random_text(training["seed"]), 400, Objective::causal);
    CHECK(sha256_hex(tokenizer.to_json()) == training["json_sha256"].get<std::string>());
  }
}

TEST_CASE("the splitters end words where Hugging Face's regular expressions do") {
  REQUIRE(reference()["splits"].size() == 40);
  for (const auto& expected : reference()["splits"]) {
    INFO(expected["pattern"] << " " << expected["first_seed"]);
    const WordEnd word_end = bpe::word_end_of(pattern_of(expected["pattern"]));
    std::vector<TokenId> ends;
    for (std::uint64_t i = 0; i < 100; ++i) {
      const std::string text = random_signs(expected["first_seed"].get<std::uint64_t>() + i);
      for (std::size_t at = 0; at < text.size();) ends.push_back(static_cast<TokenId>(at = word_end(text, at)));
    }
    CHECK(hash_of(ends) == expected["ends_sha256"].get<std::string>());
  }
}

TEST_CASE("bpe takes a word that is a token as it is where a file says so, as Llama 3's does") {
  const auto folder = test::book_folder();
  if (!folder) {
    if (test::books_are_required()) FAIL("the books are missing: set FOLIO_DATA");
    WARN("skipped: the books are missing");
    return;
  }
  const auto books = read_books(*folder);
  auto document = nlohmann::ordered_json::parse(
      test::trained(books.at("romeo-and-juliet"), 1000, Objective::causal, bpe::Pattern::llama3).to_json());
  auto& model = document["model"];
  model["ignore_merges"] = true;
  const auto merges = std::exchange(model["merges"], nlohmann::ordered_json::array());
  for (std::size_t i = 0; i < merges.size(); ++i)
    if (i % 5 != 0) model["merges"].push_back(merges[i]);
  bpe::BpeTokenizer tokenizer({});
  tokenizer.load_json(document.dump());
  CHECK(nlohmann::ordered_json::parse(tokenizer.to_json()) == document);
  for (const auto& [name, expected] : reference()["without_merges"]["ids_sha256"].items()) {
    INFO("text " << name);
    if (name != "nasty" && !books.contains(name)) continue;
    CHECK(hash_of(name == "nasty" ? nasty_ids(tokenizer) : tokenizer.encode(books.at(name))) ==
          expected.get<std::string>());
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
    CHECK(tokenizer.decode(ids, false) == expected["text"].get<std::string>());
    CHECK(tokenizer.decode(ids, true) == expected["text_without_special"].get<std::string>());
    CHECK(tokenizer.decode(std::span(ids).first(ids.size() / 2), false) == expected["first_half"].get<std::string>());
    std::reverse(ids.begin(), ids.end());
    CHECK(tokenizer.decode(ids, false) == expected["reversed"].get<std::string>());
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
    CHECK(tokenizer.decode(ids, false) == expected["text"].get<std::string>());
    CHECK(tokenizer.decode(ids, true) == expected["text_without_special"].get<std::string>());
  }
}
