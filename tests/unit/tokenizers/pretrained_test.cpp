#include "tokenizers/pretrained.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "folio/error.h"
#include "reference_file.h"
#include "support/base64.h"
#include "support/files.h"
#include "tokenizers/sentencepiece.h"
#include "tokenizers/tiktoken.h"

using namespace folio;
using nlohmann::ordered_json;

namespace {

/// The file of a family of tests/reference/tokenizer_families.json.
ordered_json family_file(const std::string& name) {
  const ordered_json reference = ordered_json::parse(test::read_reference("tokenizer_families.json"));
  for (const ordered_json& family : reference["families"])
    if (family["name"] == name) return family["file"];
  throw std::logic_error("no family " + name);
}

/// A folder that is gone at the end.
struct RolesFolder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / ("folio-roles-" + std::to_string(::getpid()));
  RolesFolder() { make_directories(path); }
  ~RolesFolder() { std::filesystem::remove_all(path); }

  std::filesystem::path write(const std::string& name, const std::string& text) const {
    write_file_atomically(path / name, text);
    return path / name;
  }
};

std::string token_of(const PretrainedTokenizer& tokenizer, SpecialToken role) {
  const auto id = tokenizer.special_token_id(role, 0);
  return id ? tokenizer.token(*id) : "none";
}

const TextSource kNoText = [](const auto&) {};

// A message of protobuf, part by part.
std::string spm_bytes(int number, const std::string& bytes) {
  std::string size;
  for (std::size_t left = bytes.size(); left > 0 || size.empty(); left >>= 7)
    size += static_cast<char>((left & 0x7F) | (left >= 0x80 ? 0x80 : 0));
  return std::string(1, static_cast<char>(number << 3 | 2)) + size + bytes;
}

std::string spm_piece(const std::string& text, float score, int type = 1) {
  std::string bits(4, '\0');
  std::memcpy(bits.data(), &score, 4);
  return spm_bytes(1, spm_bytes(1, text) + "\x15" + bits + "\x18" + static_cast<char>(type));
}

/// `settings`: of the normalizer.
std::string spm_model(char model_type, const std::string& pieces, const std::string& settings = "") {
  return pieces + spm_bytes(2, std::string("\x18") + model_type) + spm_bytes(3, settings);
}

std::string problem_of_model(const std::string& bytes) {
  try {
    read_tokenizer(bytes, "spm.model");
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("special tokens are found by the spellings of the usual families and by what stands around a text") {
  const RolesFolder folder;
  const auto found = [&](const std::string& family, SpecialToken role) {
    return token_of(PretrainedTokenizer(folder.write("tokenizer.json", family_file(family).dump())), role);
  };
  CHECK(found("GPT-2", SpecialToken::end_of_text) == "<|endoftext|>");
  CHECK(found("Llama 3", SpecialToken::end_of_text) == "<|end_of_text|>");
  CHECK(found("Llama 3", SpecialToken::beginning_of_text) == "<|begin_of_text|>");
  CHECK(found("DeepSeek", SpecialToken::end_of_text) == "<｜end▁of▁sentence｜>");
  CHECK(found("Llama 2", SpecialToken::end_of_text) == "</s>");
  CHECK(found("BERT", SpecialToken::end_of_text) == "[SEP]");
  CHECK(found("BERT", SpecialToken::mask) == "[MASK]");
  CHECK(found("RoBERTa", SpecialToken::classification) == "<s>");
  CHECK(found("RoBERTa", SpecialToken::separator) == "</s>");
  CHECK(found("T5", SpecialToken::unknown) == "<unk>");
  CHECK(found("Qwen 2 and 3", SpecialToken::mask) == "none");
}

TEST_CASE("the files beside a tokenizer.json and options go before spellings") {
  const RolesFolder folder;
  const auto file = folder.write("tokenizer.json", family_file("Qwen 2 and 3").dump());
  folder.write("special_tokens_map.json",
               R"({"eos_token": "<|endoftext|>", "pad_token": {"content": "<|im_start|>"}})");
  CHECK(token_of(PretrainedTokenizer(file), SpecialToken::padding) == "<|im_start|>");
  folder.write("tokenizer_config.json", R"({"eos_token": {"content": "<|im_end|>"}, "bos_token": null})");
  CHECK(token_of(PretrainedTokenizer(file), SpecialToken::end_of_text) == "<|im_end|>");
  CHECK(token_of(PretrainedTokenizer(file), SpecialToken::padding) == "<|im_start|>");
  const SpecialRoles given{{SpecialToken::end_of_text, "<|im_start|>"}};
  CHECK(token_of(PretrainedTokenizer(file, given), SpecialToken::end_of_text) == "<|im_start|>");
  const SpecialRoles wrong{{SpecialToken::mask, "<m>"}};
  CHECK_THROWS_WITH(PretrainedTokenizer(file, wrong).vocab_size(),
                    "tokenizer.mask_token: '<m>' is not a token of " + file.string());
  folder.write("tokenizer_config.json", R"({"eos_token": 5})");
  CHECK_THROWS_WITH(PretrainedTokenizer(file).vocab_size(),
                    (folder.path / "tokenizer_config.json").string() + ": eos_token: expected a text, got 5");
}

TEST_CASE("a run's tokenizer has the special tokens that its tokenizer_config.json names") {
  PretrainedTokenizer tokenizer("/there/is/none.json");
  tokenizer.load_json(family_file("Qwen 2 and 3").dump());
  tokenizer.load_special_tokens(R"({"eos_token": "<|im_end|>"})");
  CHECK(token_of(tokenizer, SpecialToken::end_of_text) == "<|im_end|>");
  CHECK_THROWS_WITH(tokenizer.load_json("{}"), Catch::Contains("has no 'version'"));
}

TEST_CASE("a missing special token is named with its option") {
  const RolesFolder folder;
  const auto file = folder.write("tokenizer.json", family_file("GPT-4 (cl100k)").dump());
  CHECK_THROWS_WITH(PretrainedTokenizer(file).train(kNoText, {SpecialToken::mask, SpecialToken::end_of_text}, {}),
                    file.string() +
                        " has no special token for mask, which the model's objective needs: expected a "
                        "token of the file as tokenizer.mask_token, or another tokenizer");
}

TEST_CASE("truncation and padding are taken with a note") {
  const RolesFolder folder;
  const auto file = folder.write("tokenizer.json", family_file("MiniLM").dump());
  const auto notes = PretrainedTokenizer(file).notes();
  REQUIRE(notes.size() == 2);
  CHECK_THAT(notes[0], Catch::StartsWith(file.string() + ": truncation is not applied"));
  CHECK_THAT(notes[1], Catch::StartsWith(file.string() + ": padding is not applied"));
}

TEST_CASE("a .tiktoken file is read by the pattern of its family") {
  std::string ranks;
  int rank = 0;
  for (int byte = 0; byte < 256; ++byte)
    ranks += to_base64(std::string(1, static_cast<char>(byte))) + " " + std::to_string(rank++) + "\n";
  for (const char* const token : {"lo", "low", " lo", " low", "12", "123"})
    ranks += to_base64(token) + " " + std::to_string(rank++) + "\n";
  REQUIRE(is_tiktoken(ranks));
  const auto cl100k = read_tokenizer(ranks, "cl100k_base.tiktoken").tokenizer;
  CHECK(cl100k->encode("low low1234") == std::vector<TokenId>{257, 259, 261, '4'});
  const auto gpt2 = read_tokenizer(ranks, "some.tiktoken", "gpt2").tokenizer;
  CHECK(gpt2->encode("1234<|endoftext|>") == std::vector<TokenId>{261, '4', 262});
  CHECK(gpt2->decode(std::vector<TokenId>{259, 262, 'a'}, true) == " lowa");
  CHECK(read_tokenizer(ranks, "x", R"(\d|\D+)").tokenizer->encode("12") == std::vector<TokenId>{'1', '2'});
  CHECK_THROWS_WITH(read_tokenizer(ranks, "some.tiktoken"),
                    Catch::Contains("expected tokenizer.pattern, one of 'gpt2'"));
  CHECK_THROWS_WITH(read_tokenizer("YQ== 0\nYg== 0\n", "gpt2"), "gpt2:2: the rank 0 occurs twice");
  CHECK_THROWS_WITH(read_tokenizer("YQ== 0\nYg== x\n", "gpt2"), Catch::StartsWith("gpt2:2: 'x' is not a rank"));
}

TEST_CASE("a SentencePiece model is read as what it is") {
  const std::string special = spm_piece("<unk>", 0, 2) + spm_piece("<s>", 0, 3) + spm_piece("</s>", 0, 3);
  const std::string pieces = special + spm_piece("▁a", -1) + spm_piece("▁ab", -2) + spm_piece("▁", -3) +
                             spm_piece("a", -4) + spm_piece("b", -5) + spm_piece("[X]", 0, 4);
  const auto bpe = read_tokenizer(spm_model(2, pieces), "spm.model").tokenizer;
  CHECK(bpe->encode("ab  a b[X]") == std::vector<TokenId>{4, 3, 5, 7, 8});
  CHECK(bpe->decode(std::vector<TokenId>{4, 3, 5, 7, 2}, true) == "ab a b");
  const auto unigram =
      read_tokenizer(spm_model(1, special + spm_piece("▁a", -1) + spm_piece("b", -2)), "spm").tokenizer;
  CHECK(unigram->encode("ab</s>c") == std::vector<TokenId>{3, 4, 2, 0});
  const std::string keeps_spaces("\x20\x00", 2);
  CHECK(read_tokenizer(spm_model(2, pieces, keeps_spaces), "spm").tokenizer->encode("a  a") ==
        std::vector<TokenId>{3, 5, 3});
  CHECK_THAT(problem_of_model(spm_model(3, pieces)), Catch::StartsWith("spm.model: model_type: words and characters"));
  CHECK(problem_of_model(spm_model(1, spm_piece("a", -1))) == "spm.model: has no piece of type UNKNOWN");
  for (std::size_t size = 1; size < 60; ++size) problem_of_model(spm_model(2, pieces).substr(0, size));
  CHECK(problem_of_model(spm_model(2, pieces).substr(0, 20)) ==
        "spm.model: is not a complete SentencePiece model: a field is cut short");
  CHECK(problem_of_model(spm_model(2, special + spm_piece("a", std::nanf("")))) ==
        "spm.model: is not a complete SentencePiece model: a score is no finite number");
}
