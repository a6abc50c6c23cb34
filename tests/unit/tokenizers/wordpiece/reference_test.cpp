// Training, ids, files and texts against Hugging Face's tokenizers.

#include "reference.h"

#include <algorithm>
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

BertNormalization settings_of(const nlohmann::json& json) {
  BertNormalization settings;
  settings.clean_text = json["clean_text"];
  settings.handle_chinese_chars = json["handle_chinese_chars"];
  if (!json["strip_accents"].is_null()) settings.strip_accents = json["strip_accents"].get<bool>();
  settings.lowercase = json["lowercase"];
  return settings;
}

/// The four books and all of them in one, as wordpiece_reference.py has them.
std::map<std::string, std::string> read_books(const std::filesystem::path& folder) {
  std::map<std::string, std::string> books;
  std::string all;
  for (const char* const name : {"macbeth", "moby-dick", "pride-and-prejudice", "romeo-and-juliet"})
    all += books[name] = test::read_book(folder, name);
  books["all"] = all;
  return books;
}

}  // namespace

TEST_CASE("wordpiece learns from the books what Hugging Face's trainer learns by the same rule for ties", "[long]") {
  const auto folder = test::book_folder();
  if (!folder) {
    if (test::books_are_required()) FAIL("the books are missing: set FOLIO_DATA");
    WARN("skipped: the books are missing");
    return;
  }
  const auto books = read_books(*folder);
  REQUIRE(reference()["trainings"].size() == 20);
  for (const auto& training : reference()["trainings"]) {
    INFO(training["text"] << " " << training["vocab_size"] << " " << training["settings"]);
    const auto tokenizer =
        test::trained(books.at(training["text"]), {.vocab_size = training["vocab_size"],
                                                   .min_frequency = training["min_frequency"],
                                                   .limit_alphabet = training["limit_alphabet"],
                                                   .normalization = settings_of(training["settings"])});
    CHECK(tokenizer.vocab_size() == training["learned"]);
    CHECK(sha256_hex(tokenizer.to_json()) == training["json_sha256"].get<std::string>());
    for (const auto& [name, expected] : training["books"].items()) {
      INFO("text " << name);
      const auto ids = tokenizer.encode(books.at(name));
      CHECK(hash_of(ids) == expected["ids"].get<std::string>());
      CHECK(sha256_hex(tokenizer.decode(ids, false)) == expected["text"].get<std::string>());
    }
  }
}

TEST_CASE("wordpiece cuts nasty text and puts it together as Hugging Face's tokenizers do") {
  const auto texts = reference()["nasty_texts"].get<std::vector<std::string>>();
  REQUIRE(texts.size() >= 40);
  std::string corpus;
  for (const std::string& text : texts) corpus += (corpus.empty() ? "" : "\n") + text;
  REQUIRE(reference()["nasty"].size() == 5);
  for (const auto& expected : reference()["nasty"]) {
    INFO(expected["settings"]);
    const auto tokenizer =
        test::trained(corpus, {.vocab_size = 3000, .normalization = settings_of(expected["settings"])});
    CHECK(sha256_hex(tokenizer.to_json()) == expected["json_sha256"].get<std::string>());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      INFO(texts[i]);
      auto ids = tokenizer.encode(texts[i]);
      CHECK(hash_of(ids) == expected["texts"][i][0].get<std::string>());
      CHECK(sha256_hex(tokenizer.decode(ids, false)) == expected["texts"][i][1].get<std::string>());
      std::reverse(ids.begin(), ids.end());
      CHECK(sha256_hex(tokenizer.decode(ids, true)) == expected["texts"][i][2].get<std::string>());
    }
  }
}

TEST_CASE("wordpiece loads a file spelled as BERT's own, with added tokens of all kinds") {
  const auto& layout = reference()["bert_layout"];
  wordpiece::WordPieceTokenizer tokenizer({});
  tokenizer.load_json(layout["file"].get<std::string>());
  wordpiece::WordPieceTokenizer again({});
  again.load_json(tokenizer.to_json());
  CHECK(nlohmann::json::parse(tokenizer.to_json())["post_processor"] ==
        nlohmann::json::parse(layout["file"].get<std::string>())["post_processor"]);
  REQUIRE(layout["cases"].size() == 6);
  for (const auto& expected : layout["cases"]) {
    INFO(expected["input"]);
    const auto ids = tokenizer.encode(expected["input"].get<std::string>());
    CHECK(ids == expected["ids"].get<std::vector<TokenId>>());
    CHECK(again.encode(expected["input"].get<std::string>()) == ids);
    CHECK(tokenizer.decode(ids, false) == expected["text"].get<std::string>());
    CHECK(tokenizer.decode(ids, true) == expected["text_without_special"].get<std::string>());
  }
}
