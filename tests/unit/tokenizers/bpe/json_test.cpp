#include "tokenizers/bpe/json.h"

#include <catch2/catch.hpp>
#include <functional>

#include "folio/error.h"
#include "reference.h"

using namespace folio;
using nlohmann::json;

namespace {

json small_file() { return json::parse(test::trained("low lower", 262, Objective::causal).to_json()); }

/// What is said of the small file after a change.
std::string problem_after(const std::function<void(json&)>& change) {
  json document = small_file();
  change(document);
  try {
    bpe::from_json(TokenizerJson(document.dump()));
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::run);
    return error.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("a BPE file that was written is read back equal") {
  const auto tokenizer = test::trained("low lower lowest", 270, Objective::masked);
  const bpe::Vocabulary vocabulary = bpe::from_json(TokenizerJson(tokenizer.to_json()));
  CHECK(vocabulary.tokens.size() == 268);
  CHECK(vocabulary.added_tokens.size() == 5);
  CHECK(bpe::to_json(vocabulary) == tokenizer.to_json());
}

TEST_CASE("a BPE file with a part that is not supported is refused with the part's path") {
  const std::string file = "tokenizer.json: ";
  CHECK(problem_after([](json&) {}) == "none");
  CHECK(problem_after([](json& f) { f["normalizer"] = {{"type", "NFC"}}; }) ==
        file + "normalizer: an object is not supported, expected null");
  CHECK(problem_after([](json& f) { f["pre_tokenizer"] = nullptr; }) ==
        file + "pre_tokenizer: expected an object, got null");
  CHECK(problem_after([](json& f) { f["pre_tokenizer"]["type"] = "Metaspace"; }) ==
        file + "pre_tokenizer.type: 'Metaspace' is not supported, expected 'ByteLevel'");
  CHECK(problem_after([](json& f) { f["pre_tokenizer"]["add_prefix_space"] = true; }) ==
        file + "pre_tokenizer.add_prefix_space: true is not supported");
  CHECK(problem_after([](json& f) { f["pre_tokenizer"]["use_regex"] = false; }) ==
        file + "pre_tokenizer.use_regex: false is not supported");
  CHECK(problem_after([](json& f) { f["post_processor"] = {{"type", "BertProcessing"}}; }) == "none");
  CHECK(problem_after([](json& f) {
          f["post_processor"] = {{"type", "Sequence"}, {"processors", {{{"type", "ByteLevel"}}, {{"type", "Odd"}}}}};
        }).starts_with(file + "post_processor.processors[1].type: 'Odd' is not supported, expected 'ByteLevel'"));
  CHECK(problem_after([](json& f) { f["model"]["type"] = "WordPiece"; }) ==
        file + "model.type: 'WordPiece' is not supported, expected 'BPE'");
  CHECK(problem_after([](json& f) { f["model"]["dropout"] = 0.1; }) ==
        file + "model.dropout: 0.1 is not supported, expected null or 0");
  CHECK(problem_after([](json& f) { f["model"]["ignore_merges"] = true; }) == "none");
  CHECK(problem_after([](json& f) { f["model"]["ignore_merges"] = 1; }) ==
        file + "model.ignore_merges: expected true or false, got 1");
  CHECK(problem_after([](json& f) { f["model"]["end_of_word_suffix"] = "</w>"; }) ==
        file + "model.end_of_word_suffix: '</w>' is not supported, expected none");
}

TEST_CASE("a BPE file with another splitting pattern than GPT-2's or Llama 3's is refused with the part's path") {
  const json llama3 =
      json::parse(test::trained("low lower", 262, Objective::causal, bpe::Pattern::llama3).to_json())["pre_tokenizer"];
  const auto problem = [&](const std::function<void(json & split, json & bytes)>& change) {
    return problem_after([&](json& f) {
      f["pre_tokenizer"] = llama3;
      change(f["pre_tokenizer"]["pretokenizers"][0], f["pre_tokenizer"]["pretokenizers"][1]);
    });
  };
  const std::string path = "tokenizer.json: pre_tokenizer.pretokenizers";
  CHECK(problem([](json&, json&) {}) == "none");
  CHECK(problem([](json& split, json&) {
          split["pattern"]["Regex"] = "\\s+";
        }).starts_with(path + "[0].pattern.Regex: is not supported, expected Llama 3's: (?i:'s|"));
  CHECK(problem([](json& split, json&) { split["pattern"] = {{"String", " "}}; }) ==
        path + "[0].pattern: has no 'Regex'");
  CHECK(problem([](json& split, json&) { split["behavior"] = "Removed"; }) ==
        path + "[0].behavior: 'Removed' is not supported, expected 'Isolated'");
  CHECK(problem([](json& split, json&) { split["invert"] = true; }) == path + "[0].invert: true is not supported");
  CHECK(problem([](json& split, json&) { split["type"] = "Digits"; }) ==
        path + "[0].type: 'Digits' is not supported, expected 'Split'");
  CHECK(problem([](json&, json& bytes) { bytes["use_regex"] = true; }) ==
        path + "[1].use_regex: true is not supported");
  CHECK(problem([](json&, json& bytes) { bytes.erase("use_regex"); }) ==
        path + "[1]: has no 'use_regex', expected false");
  CHECK(problem_after([&](json& f) {
          f["pre_tokenizer"] = llama3;
          f["pre_tokenizer"]["pretokenizers"].erase(1);
        }) == path + ": expected 'Split' and 'ByteLevel'");
}

TEST_CASE("a BPE file whose tokens, merges and ids do not fit together is refused") {
  const std::string file = "tokenizer.json: ";
  CHECK(problem_after([](json& f) { f["model"]["vocab"]["lo"] = 0; }) ==
        file + "model.vocab['lo']: id 0 is already that of '<|endoftext|>'");
  CHECK(problem_after([](json& f) {
          f["model"]["vocab"]["lo"] = 1e9;
        }).starts_with(file + "model.vocab['lo']: expected"));
  CHECK(problem_after([](json& f) { f["model"]["vocab"].erase("Ġ"); }) ==
        file + "model.vocab: has no 'Ġ', the token of byte 32");
  CHECK(problem_after([](json& f) {
          f["model"]["vocab"].erase("lo");
        }).starts_with(file + "model.merges[0]: 'lo' is not in model.vocab"));
  CHECK(problem_after([](json& f) { f["model"]["merges"][1] = "l o w"; }) ==
        file + "model.merges[1]: expected two tokens and one space, got \"l o w\"");
  CHECK(problem_after([](json& f) { f["model"]["merges"][1] = {"l"}; }) ==
        file + "model.merges[1]: expected two tokens, got 1");
  CHECK(problem_after([](json& f) { f["model"]["merges"][1] = f["model"]["merges"][0]; }) ==
        file + "model.merges[1]: 'l' and 'o' are merged by an earlier one");
  CHECK(problem_after([](json& f) { f["model"].erase("merges"); }) == file + "model: has no 'merges'");
  CHECK(problem_after([](json& f) { f["added_tokens"][0]["id"] = 5; }) ==
        file + "added_tokens: '<|endoftext|>' has the id 5, expected 0");
  CHECK(problem_after([](json& f) {
          f["added_tokens"][0]["content"] = "<new>";
          f["added_tokens"][0]["id"] = 300;
        }) == file + "added_tokens: '<new>' has the id 300, expected 262");
}
