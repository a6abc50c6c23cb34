// BERT's normaliser and pre-tokeniser against Hugging Face's.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/files.h"
#include "support/sha256.h"
#include "support/utf8.h"
#include "text/bert_normalizer.h"
#include "text/bert_splitter.h"

using namespace folio;

namespace {

/// Written by tests/reference/wordpiece_reference.py.
const nlohmann::json& reference() {
  static const auto values =
      nlohmann::json::parse(read_file(std::string(FOLIO_SOURCE_DIR) + "/tests/reference/expected/wordpiece.json"));
  return values;
}

BertNormalization settings_of(const nlohmann::json& json) {
  BertNormalization settings;
  settings.clean_text = json["clean_text"];
  settings.handle_chinese_chars = json["handle_chinese_chars"];
  if (!json["strip_accents"].is_null()) settings.strip_accents = json["strip_accents"].get<bool>();
  settings.lowercase = json["lowercase"];
  return settings;
}

/// The words with a space between.
std::string words_of(const BertNormalizer& normalizer, std::string_view text) {
  std::string words;
  for_each_bert_word(normalizer.normalize(text), [&](std::string_view word) {
    if (!words.empty()) words += ' ';
    words += word;
  });
  return words;
}

/// The same, found stretch by stretch.
std::string words_by_stretches(const BertNormalizer& normalizer, std::string_view text) {
  const BertSplitter splitter(normalizer.settings());
  std::string words;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = splitter.stretch_end(text, begin);
    REQUIRE(end > begin);
    const std::string found = words_of(normalizer, text.substr(begin, end - begin));
    if (splitter.is_space(text[begin])) CHECK(found.empty());
    if (!words.empty() && !found.empty()) words += ' ';
    words += found;
    begin = end;
  }
  return words;
}

/// The texts that wordpiece_reference.py makes of its pool.
std::vector<std::string> random_texts() {
  const auto pool = reference()["random_texts"]["pool"].get<std::vector<char32_t>>();
  std::uint64_t state = 1;
  const auto below = [&](std::uint64_t bound) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 33) % bound;
  };
  std::vector<std::string> texts(4000);
  for (std::string& text : texts)
    for (std::uint64_t left = 1 + below(16); left > 0; --left) append_utf8(text, pool[below(pool.size())]);
  return texts;
}

}  // namespace

TEST_CASE("each code point becomes the words that Hugging Face's BERT normaliser and pre-tokeniser make of it") {
  REQUIRE(reference()["settings"].size() == 5);
  for (std::size_t i = 0; i < 5; ++i) {
    INFO(reference()["settings"][i]);
    const BertNormalizer normalizer(settings_of(reference()["settings"][i]));
    std::string lines;
    std::string text;
    for (char32_t c = 0; c < 0x110000; ++c) {
      if (c >= 0xD800 && c < 0xE000) continue;  // surrogates are no characters
      text = "a";
      append_utf8(text, c);
      text += 'B';
      lines += words_of(normalizer, text);
      lines += '\n';
    }
    CHECK(sha256_hex(lines) == reference()["code_points"][i].get<std::string>());
  }
}

TEST_CASE("characters that meddle with their neighbours become the words that Hugging Face makes of them") {
  const auto texts = random_texts();
  for (std::size_t i = 0; i < 5; ++i) {
    INFO(reference()["settings"][i]);
    const BertNormalizer normalizer(settings_of(reference()["settings"][i]));
    std::string lines;
    for (const std::string& text : texts) lines += words_of(normalizer, text) + '\n';
    CHECK(sha256_hex(lines) == reference()["random_texts"]["words_sha256"][i].get<std::string>());
  }
}

TEST_CASE("stretches of a text have the words of the text") {
  for (const auto& settings : reference()["settings"]) {
    INFO(settings);
    const BertNormalizer normalizer(settings_of(settings));
    for (const std::string& text : random_texts())
      REQUIRE(words_by_stretches(normalizer, text) == words_of(normalizer, text));
  }
}

TEST_CASE("a text whose characters are all removed has no words") {
  const BertNormalizer normalizer{BertNormalization{}};
  CHECK(words_of(normalizer, std::string_view("\0\0 \x01\n", 5)).empty());
  CHECK(words_by_stretches(normalizer, std::string_view("\0\0 \x01\n", 5)).empty());
  CHECK(words_of(normalizer, "").empty());
}

TEST_CASE("a million accents on one letter are taken off in little time") {
  std::string text = "a";
  for (int i = 0; i < 1'000'000; ++i) text += i % 2 == 0 ? "\u0301" : "\u0323";
  CHECK(words_of(BertNormalizer(BertNormalization{}), text) == "a");
}
