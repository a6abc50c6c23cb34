#include "tokenizers/unigram/json.h"

#include <catch2/catch.hpp>
#include <functional>

#include "folio/error.h"
#include "mutate.h"
#include "reference.h"

using namespace folio;
using nlohmann::json;

namespace {

json small_file() {
  return json::parse(test::trained_unigram("low lower lowest", {.vocab_size = 300}, Objective::causal).to_json());
}

/// What is said of the small file after a change.
std::string problem_after(const std::function<void(json&)>& change) {
  static const json good = small_file();
  json document = good;
  change(document);
  try {
    unigram::from_json(TokenizerJson(document.dump()));
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::run);
    return error.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("a unigram file that was written is read back equal, and so is Hugging Face's") {
  const std::string written = small_file().dump();
  const std::string once = unigram::to_json(unigram::from_json(TokenizerJson(written)));
  CHECK(json::parse(once) == json::parse(written));
  const std::string theirs = test::unigram_file();
  CHECK(json::parse(unigram::to_json(unigram::from_json(TokenizerJson(theirs)))) == json::parse(theirs));
}

TEST_CASE("a unigram file with a part that is not supported is refused with the part's path") {
  const std::string file = "tokenizer.json: ";
  CHECK(problem_after([](json&) {}) == "none");
  CHECK(problem_after([](json& f) { f["normalizer"] = {{"type", "Precompiled"}, {"precompiled_charsmap", ""}}; }) ==
        file + "normalizer.type: 'Precompiled' is not supported, expected 'NFC', 'NFKC' or no normalizer");
  CHECK(problem_after([](json& f) { f["pre_tokenizer"]["type"] = "ByteLevel"; }) ==
        file + "pre_tokenizer.type: 'ByteLevel' is not supported, expected 'Metaspace'");
  CHECK(problem_after([](json& f) { f["pre_tokenizer"]["prepend_scheme"] = "first"; }) ==
        file + "pre_tokenizer.prepend_scheme: 'first' is not supported, expected 'always'");
  CHECK(problem_after([](json& f) { f["pre_tokenizer"]["split"] = false; }) ==
        file + "pre_tokenizer.split: false is not supported");
  CHECK(problem_after([](json& f) { f["decoder"]["decoders"].erase(3); }) ==
        file + R"(decoder.decoders: has no {"content":" ","start":1,"stop":0,"type":"Strip"})");
  CHECK(problem_after([](json& f) { f["decoder"]["decoders"][3]["start"] = 2; }) ==
        file + R"(decoder.decoders[3]: is not supported, expected {"content":" ","start":1,"stop":0,"type":"Strip"})");
  CHECK(problem_after([](json& f) { f["decoder"] = {{"type", "WordPiece"}}; }) ==
        file + "decoder.type: 'WordPiece' is not supported, expected 'Metaspace' or 'Sequence'");
  CHECK(problem_after([](json& f) { f["model"]["type"] = "BPE"; }) ==
        file + "model.type: 'BPE' is not supported, expected 'Unigram'");
  CHECK(problem_after([](json& f) {
          f["post_processor"] = {{"type", "Template"}};
        }).starts_with(file + "post_processor.type: 'Template' is not supported"));
}

TEST_CASE("a unigram file whose pieces, scores and ids do not fit together is refused") {
  const std::string file = "tokenizer.json: ";
  CHECK(problem_after([](json& f) { f["model"].erase("unk_id"); }) == file + "model: has no 'unk_id'");
  CHECK(problem_after([](json& f) { f["model"]["unk_id"] = nullptr; }).starts_with(file + "model.unk_id: expected"));
  CHECK(problem_after([](json& f) { f["model"]["unk_id"] = 300; }).starts_with(file + "model.unk_id: expected"));
  CHECK(problem_after([](json& f) { f["model"]["vocab"] = json::array(); }) == file + "model.vocab: is empty");
  CHECK(problem_after([](json& f) { f["model"]["vocab"][9][0] = f["model"]["vocab"][5][0]; }) ==
        file + "model.vocab: '<0x03>' occurs twice, with the ids 5 and 9");
  CHECK(problem_after([](json& f) { f["model"]["vocab"][9][0] = ""; }) == file + "model.vocab[9][0]: a token is empty");
  CHECK(problem_after([](json& f) { f["model"]["vocab"][9][0] = std::string(20000, 'a'); }) ==
        file + "model.vocab[9][0]: a token has 20000 bytes, the limit is 16384");
  CHECK(problem_after([](json& f) { f["model"]["vocab"][9][1] = nullptr; }) ==  // as nlohmann's JSON writes NaN
        file + "model.vocab[9][1]: expected a finite number, got null");
  CHECK(problem_after([](json& f) {
          f["model"]["vocab"][9] = {"x"};
        }).starts_with(file + "model.vocab[9]: expected a token and its score"));
  CHECK(problem_after([](json& f) { f["added_tokens"][0]["id"] = 7; }) ==
        file + "added_tokens: '</s>' has the id 7, expected 0");
  CHECK(problem_after([](json& f) {
          f["added_tokens"][0]["content"] = "\xEF\xAC\x81";  // the ligature fi
          f["added_tokens"][0]["normalized"] = true;
          f["added_tokens"][0]["id"] = f["model"]["vocab"].size();
        }) == file + "added_tokens: '\xEF\xAC\x81' is changed by the normalizer, which is not supported");
}

TEST_CASE("a unigram tokenizer finds added tokens behind the model's, in the text and in its normal form") {
  json file = small_file();
  const std::size_t next = file["model"]["vocab"].size();
  json token = file["added_tokens"][0];
  token.update({{"id", next}, {"content", "low fi"}, {"normalized", true}, {"special", false}});
  file["added_tokens"].push_back(token);
  unigram::UnigramTokenizer tokenizer({});
  tokenizer.load_json(file.dump());
  CHECK(tokenizer.vocab_size() == static_cast<std::int64_t>(next) + 1);
  const auto ids = tokenizer.encode("low low \xEF\xAC\x81lower");
  CHECK(std::count(ids.begin(), ids.end(), static_cast<TokenId>(next)) == 1);
  CHECK(tokenizer.decode(ids, true) == "low low fi lower");
}

TEST_CASE("a unigram file with huge scores does not disturb encoding") {
  json file = small_file();
  for (auto& piece : file["model"]["vocab"]) piece[1] = piece[0].get<std::string>().size() % 2 == 0 ? 1e308 : -1e308;
  unigram::UnigramTokenizer tokenizer({});
  tokenizer.load_json(file.dump());
  CHECK(tokenizer.decode(tokenizer.encode("low lower lowest slow x"), false) == "low lower lowest slow x");
}

TEST_CASE("a unigram file survives any change: it is refused, or works") {
  const std::string good = small_file().dump();
  const json nasty = json::parse(test::read_reference("nasty_text.json"));
  std::string text;
  for (const auto& part : nasty) text += part.get<std::string>();
  std::mt19937 random(11);
  int refused = 0;
  constexpr int kRounds = 1500;
  for (int round = 0; round < kRounds; ++round) {
    unigram::UnigramTokenizer tokenizer({});
    try {
      tokenizer.load_json(test::mutate(good, random));
    } catch (const Error&) {
      ++refused;
      continue;
    }
    const auto ids = tokenizer.encode(text);
    for (const TokenId id : ids) REQUIRE((id >= 0 && id < tokenizer.vocab_size()));
    tokenizer.decode(ids, round % 2 == 0);
    REQUIRE_NOTHROW(unigram::from_json(TokenizerJson(tokenizer.to_json())));
  }
  CHECK(refused > kRounds / 4);
  CHECK(refused < kRounds);
}
