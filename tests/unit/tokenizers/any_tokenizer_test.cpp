#include "tokenizers/any_tokenizer.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "folio/error.h"
#include "reference_file.h"
#include "support/files.h"
#include "tokenizers/pretrained.h"
#include "tokenizers/unigram/tokenizer.h"
#include "tokenizers/wordpiece/tokenizer.h"

using namespace folio;
using folio::test::read_reference;
using nlohmann::json;

namespace {

/// A file spelled as GPT-2's own: no model type, merges as texts.
const std::string kGpt2File = "added_tokens_tokenizer.json";

std::string problem_with_file(const std::string& text) {
  try {
    tokenizer_from_json(text, "folder/gpt2.json");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::run);
    return error.what();
  }
  return "none";
}

std::string problem_with_model(const std::function<void(json&)>& change) {
  json document = json::parse(read_reference(kGpt2File));
  change(document["model"]);
  return problem_with_file(document.dump());
}

/// A folder that is gone at the end.
struct Folder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("folio-pretrained-" + std::to_string(::getpid()));
  Folder() { make_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

const TextSource kNoTexts = [](const auto&) {};

}  // namespace

TEST_CASE("a tokenizer.json of any kind gives its tokenizer") {
  const TextSource texts = [](const auto& sink) { sink("low lower lowest new newer newest"); };
  wordpiece::WordPieceTokenizer wordpiece({.vocab_size = 100});
  wordpiece.train(texts, special_tokens_of(Objective::masked), {});
  json without_type = json::parse(wordpiece.to_json());
  without_type["model"].erase("type");
  CHECK(tokenizer_from_json(without_type.dump(), "bert.json")->to_json() == wordpiece.to_json());

  unigram::UnigramTokenizer unigram({.vocab_size = 500});
  unigram.train(texts, special_tokens_of(Objective::span_corruption), {});
  CHECK(tokenizer_from_json(unigram.to_json(), "t5.json")->to_json() == unigram.to_json());

  const auto bpe = tokenizer_from_json(read_reference(kGpt2File), "gpt2.json");
  CHECK(bpe->vocab_size() == 281);
  CHECK(tokenizer_from_json(bpe->to_json(), "again.json")->encode("lowest newer") == bpe->encode("lowest newer"));
}

TEST_CASE("what is wrong with a tokenizer.json is named by file and path") {
  CHECK(problem_with_file("{").starts_with("folder/gpt2.json: is not valid JSON"));
  CHECK(problem_with_file("{}") == "folder/gpt2.json: has no 'version'");
  CHECK(problem_with_file(R"({"version": "1.0"})") == "folder/gpt2.json: model: expected an object, got null");
  CHECK(problem_with_model([](json& model) {
          model["type"] = "CharBPE";
        }).starts_with("folder/gpt2.json: model.type: 'CharBPE' is not supported, expected 'BPE'"));
  CHECK(problem_with_model([](json& model) { model.erase("merges"); }) == "folder/gpt2.json: model: has no 'type'");
  CHECK(problem_with_model([](json& model) { model["dropout"] = 0.1; }) ==
        "folder/gpt2.json: model.dropout: 0.1 is not supported, expected null or 0");
}

TEST_CASE("a pretrained tokenizer is its file's, and is ready as soon as it is made") {
  const Folder folder;
  write_file_atomically(folder.path / "gpt2.json", read_reference(kGpt2File));
  PretrainedTokenizer tokenizer(folder.path / "gpt2.json");
  CHECK(tokenizer.is_pretrained());
  CHECK(tokenizer.vocab_size() == 281);
  tokenizer.train(kNoTexts, special_tokens_of(Objective::causal), {});
  const auto same = tokenizer_from_json(read_reference(kGpt2File), "gpt2.json");
  CHECK(tokenizer.to_json() == same->to_json());
  CHECK(tokenizer.encode("lowest newer") == same->encode("lowest newer"));
  CHECK(tokenizer.decode(tokenizer.encode("lowest newer"), true) == "lowest newer");
  CHECK(tokenizer.special_token_id(SpecialToken::end_of_text, 0) == 0);
}

TEST_CASE("a pretrained tokenizer without the special tokens of an objective says which it lacks") {
  const Folder folder;
  const std::string file = (folder.path / "gpt2.json").string();
  write_file_atomically(file, read_reference(kGpt2File));
  PretrainedTokenizer tokenizer(file);
  CHECK_THROWS_WITH(tokenizer.train(kNoTexts, special_tokens_of(Objective::masked), {}),
                    file +
                        " has no special token for padding, unknown, classification, separator and mask, which the "
                        "model's objective needs: expected a token of the file as tokenizer.pad_token, "
                        "tokenizer.unk_token, tokenizer.cls_token, tokenizer.sep_token and tokenizer.mask_token, or "
                        "another tokenizer");
  CHECK_THROWS_WITH(tokenizer.train(kNoTexts, {SpecialToken::end_of_text, SpecialToken::sentinel}, {}),
                    Catch::Contains("no special token for sentinel, which"));
}

TEST_CASE("a pretrained tokenizer reads its file only when it is needed") {
  PretrainedTokenizer tokenizer("/there/is/none.json");
  CHECK_THROWS_WITH(tokenizer.vocab_size(), Catch::Contains("/there/is/none.json"));
  // As for a run whose model is there, but not the file that it was trained with.
  PretrainedTokenizer loaded("/there/is/none.json");
  loaded.load_json(read_reference(kGpt2File));
  CHECK(loaded.vocab_size() == 281);
}
