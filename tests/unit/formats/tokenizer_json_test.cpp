#include "formats/tokenizer_json.h"

#include <catch2/catch.hpp>

#include "support/error.h"

using namespace folio;

namespace {

/// A frame without a model, with one member replaced.
std::string frame(const std::string& name = "", const nlohmann::json& value = nullptr) {
  nlohmann::json document{{"version", "1.0"}, {"added_tokens", nlohmann::json::array()}, {"model", {{"type", "X"}}}};
  if (!name.empty()) document[name] = value;
  return document.dump();
}

nlohmann::json token(int id, const std::string& content) {
  return {{"id", id},        {"content", content},  {"single_word", false}, {"lstrip", false},
          {"rstrip", false}, {"normalized", false}, {"special", true}};
}

}  // namespace

TEST_CASE("tokenizer.json refuses a version, part or setting that it does not know, with its path") {
  CHECK_THROWS_WITH(TokenizerJson(frame("version", "2.0")),
                    "tokenizer.json: version: version '2.0' is not supported, expected '1.0'");
  CHECK_THROWS_WITH(TokenizerJson(frame("decoders", nullptr)),
                    "tokenizer.json: 'decoders' is not supported; did you mean 'decoder'?");
  CHECK_THROWS_WITH(TokenizerJson("{}"), "tokenizer.json: has no 'version'");
  CHECK_THROWS_WITH(TokenizerJson("[]"), "tokenizer.json: expected an object, got an array");
}

TEST_CASE("tokenizer.json names the settings that change no id and are not looked at") {
  CHECK(TokenizerJson(frame()).unused_settings().empty());
  CHECK(TokenizerJson(frame("truncation", {{"max_length", 5}})).unused_settings() ==
        std::vector<std::string>{"truncation"});
}

TEST_CASE("tokenizer.json reads how an added token is found") {
  nlohmann::json stripped = token(1, "b");
  stripped["lstrip"] = true;
  stripped["single_word"] = true;
  const TokenizerJson json(frame("added_tokens", {token(0, "a"), stripped}));
  CHECK_FALSE(json.added_tokens()[0].lstrip);
  CHECK(json.added_tokens()[1].lstrip);
  CHECK(json.added_tokens()[1].single_word);
  CHECK_FALSE(json.added_tokens()[1].rstrip);
}

TEST_CASE("tokenizer.json refuses added tokens that collide") {
  CHECK_THROWS_WITH(TokenizerJson(frame("added_tokens", {token(0, "a"), token(0, "b")})),
                    "tokenizer.json: added_tokens[1].id: id 0 occurs twice");
  CHECK_THROWS_WITH(TokenizerJson(frame("added_tokens", {token(0, "a"), token(1, "a")})),
                    "tokenizer.json: added_tokens[1].content: 'a' occurs twice");
  CHECK_THROWS_WITH(TokenizerJson(frame("added_tokens", nlohmann::json::array({token(kMaxTokens, "a")}))),
                    "tokenizer.json: added_tokens[0].id: expected a whole number from 0 to 2097151, got 2097152");
  CHECK_THROWS_WITH(TokenizerJson(frame("added_tokens", nlohmann::json::array({token(0, "")}))),
                    "tokenizer.json: added_tokens[0].content: is empty");
}

TEST_CASE("tokenizer.json reads back the added tokens and parts that it wrote") {
  const std::vector<AddedToken> tokens{{0, "<s>", false, true}, {9, "é\n", true, false}};
  TokenizerJsonParts parts;
  parts.model = {{"type", "X"}};
  const std::string text = write_tokenizer_json(tokens, parts);
  const TokenizerJson json(text);
  CHECK(json.added_tokens() == tokens);
  CHECK(json.part("model").at("type").text() == "X");
  CHECK(json.part("decoder").is_null());
}
