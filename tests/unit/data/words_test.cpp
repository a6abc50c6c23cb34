#include "data/words.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "temporary_folder.h"
#include "tokenizers/pretrained.h"

using namespace folio;

namespace {

/// The tokens with a bar before each that begins a word.
std::string shown(const Tokenizer& tokenizer, const std::vector<std::int64_t>& ids, const std::vector<bool>& begins) {
  std::string text;
  for (std::size_t i = 0; i < ids.size(); ++i)
    text += (begins[i] ? " | " : " ") + tokenizer.token(static_cast<TokenId>(ids[i]));
  return text;
}

}  // namespace

TEST_CASE("words are those of transformers' collator, for WordPiece, byte-level BPE and Unigram") {
  std::ifstream file(FOLIO_SOURCE_DIR "/tests/reference/expected/whole_words.json");
  const auto reference = nlohmann::json::parse(file);
  int texts = 0;
  for (const auto& expected : reference.at("cases")) {
    const test::TemporaryFolder folder;
    const PretrainedTokenizer tokenizer(folder.write("tokenizer.json", expected.at("tokenizer").dump()).string());
    const data::WordFinder words(tokenizer);
    for (const auto& text : expected.at("texts")) {
      const std::vector<std::int64_t> ids = text.at("ids");
      std::vector<bool> begins;
      for (const int each : text.at("begins")) begins.push_back(each != 0);
      INFO(expected.at("name").get<std::string>());
      CHECK(shown(tokenizer, ids, words.begins(ids, std::vector<bool>(ids.size() * 1000))) ==
            shown(tokenizer, ids, begins));
      ++texts;
    }
  }
  CHECK(texts == 18);
}
