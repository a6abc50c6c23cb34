#include "tokenizers/wordpiece/json.h"

#include <catch2/catch.hpp>
#include <functional>

#include "folio/error.h"
#include "mutate.h"
#include "reference.h"

using namespace folio;
using nlohmann::json;

namespace {

/// What is said of a small file after a change.
std::string problem_after(const std::function<void(json&)>& change) {
  json document = json::parse(test::trained("low lower", 40).to_json());
  change(document);
  try {
    wordpiece::from_json(TokenizerJson(document.dump()));
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::run);
    return error.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("a WordPiece file that was written is read back equal") {
  const std::string file = test::trained("low lower lowest", 40).to_json();
  const wordpiece::Vocabulary vocabulary = wordpiece::from_json(TokenizerJson(file));
  CHECK(vocabulary.added_tokens.size() == 5);
  CHECK(wordpiece::to_json(vocabulary) == file);
}

TEST_CASE("a WordPiece file with a part that is not supported is refused with the part's path") {
  const std::string file = "tokenizer.json: ";
  CHECK(problem_after([](json&) {}) == "none");
  CHECK(problem_after([](json& f) { f["normalizer"] = nullptr; }) == file + "normalizer: expected an object, got null");
  CHECK(problem_after([](json& f) { f["normalizer"]["type"] = "NFC"; }) ==
        file + "normalizer.type: 'NFC' is not supported, expected 'BertNormalizer'");
  CHECK(problem_after([](json& f) {
          f["normalizer"]["strip_accents"] = 1;
        }).starts_with(file + "normalizer.strip_accents: expected"));
  CHECK(problem_after([](json& f) { f["pre_tokenizer"]["type"] = "Whitespace"; }) ==
        file + "pre_tokenizer.type: 'Whitespace' is not supported, expected 'BertPreTokenizer'");
  CHECK(problem_after([](json& f) { f["decoder"]["type"] = "BPEDecoder"; }) ==
        file + "decoder.type: 'BPEDecoder' is not supported, expected 'WordPiece'");
  CHECK(problem_after([](json& f) { f["model"]["type"] = "BPE"; }) ==
        file + "model.type: 'BPE' is not supported, expected 'WordPiece'");
  CHECK(problem_after([](json& f) {
          f["post_processor"] = {{"type", "Other"}};
        }).starts_with(file + "post_processor.type: 'Other' is not supported"));
}

TEST_CASE("a WordPiece file whose tokens do not fit together is refused") {
  const std::string file = "tokenizer.json: ";
  CHECK(problem_after([](json& f) { f["model"]["unk_token"] = "<unk>"; }) ==
        file + "model.unk_token: '<unk>' is not in model.vocab");
  CHECK(problem_after([](json& f) { f["model"]["vocab"]["low"] = 0; }) ==
        file + "model.vocab['low']: id 0 is already that of '[PAD]'");
  CHECK(problem_after([](json& f) { f["added_tokens"][0]["id"] = 7; }) ==
        file + "added_tokens: '[PAD]' has the id 7, expected 0");
  CHECK(problem_after([](json& f) { f["model"].erase("vocab"); }) == file + "model: has no 'vocab'");
  CHECK(problem_after([](json& f) {
          f["model"]["max_input_chars_per_word"] = -1;
        }).starts_with(file + "model.max_input_chars_per_word: expected"));
}

TEST_CASE("a WordPiece file survives any change and is refused, or works") {
  const std::string good = test::reference()["bert_layout"]["file"];
  std::string text;
  for (const auto& nasty : test::reference()["nasty_texts"]) text += nasty.get<std::string>();
  std::mt19937 random(7);
  int refused = 0;
  constexpr int kRounds = 1500;
  for (int round = 0; round < kRounds; ++round) {
    wordpiece::WordPieceTokenizer tokenizer({});
    try {
      tokenizer.load_json(test::mutate(good, random));
    } catch (const Error&) {
      ++refused;
      continue;
    }
    const auto ids = tokenizer.encode(text);
    for (const TokenId id : ids) REQUIRE((id >= 0 && id < tokenizer.vocab_size()));
    tokenizer.decode(ids, round % 2 == 0);
    REQUIRE_NOTHROW(wordpiece::from_json(TokenizerJson(tokenizer.to_json())));
  }
  CHECK(refused > kRounds / 2);
  CHECK(refused < kRounds);
}
