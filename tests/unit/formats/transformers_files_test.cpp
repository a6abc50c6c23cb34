#include "formats/transformers_files.h"

#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>

#include "support/error.h"

using namespace folio;
using nlohmann::json;

namespace {

/// Has the special tokens it is given, and a tokenizer.json with the post-processor it is given.
class FakeTokenizer : public Tokenizer {
 public:
  FakeTokenizer(std::vector<std::pair<SpecialToken, std::string>> specials, json post_processor = nullptr)
      : specials_(std::move(specials)), post_processor_(std::move(post_processor)) {}

  void train(const TextSource&, const std::vector<SpecialToken>&, const Progress&) override {}
  std::string to_json() const override {
    return json{{"model", {{"type", "BPE"}}}, {"post_processor", post_processor_}}.dump();
  }
  void load_json(std::string_view) override {}
  std::vector<TokenId> encode(std::string_view) const override { return {}; }
  std::string decode(std::span<const TokenId> ids, bool) const override {
    return specials_.at(static_cast<std::size_t>(ids[0])).second;
  }
  std::int64_t vocab_size() const override { return 100; }
  std::optional<TokenId> special_token_id(SpecialToken token, int index) const override {
    for (std::size_t i = 0; i < specials_.size(); ++i)
      if (specials_[i].first == token && index-- == 0) return static_cast<TokenId>(i);
    return std::nullopt;
  }

 private:
  std::vector<std::pair<SpecialToken, std::string>> specials_;
  json post_processor_;
};

FakeTokenizer gpt() { return {{{SpecialToken::end_of_text, "<end>"}}}; }

FakeTokenizer bert(json post_processor = nullptr) {
  return {{{SpecialToken::padding, "[PAD]"},
           {SpecialToken::classification, "[CLS]"},
           {SpecialToken::separator, "[SEP]"},
           {SpecialToken::mask, "[MASK]"}},
          std::move(post_processor)};
}

FakeTokenizer t5() {
  return {{{SpecialToken::sentinel, "<0>"},
           {SpecialToken::padding, "<pad>"},
           {SpecialToken::end_of_text, "</s>"},
           {SpecialToken::sentinel, "<1>"}}};
}

json config_of(const Tokenizer& tokenizer, Objective objective, const std::string& config = "{}") {
  return json::parse(config_with_token_ids(config, tokenizer, objective));
}

json tokenizer_config_of(const Tokenizer& tokenizer, Objective objective, const std::string& config = "{}") {
  return json::parse(tokenizer_config_json(tokenizer, objective, config, 64));
}

json post_processor_of(const Tokenizer& tokenizer, Objective objective) {
  return json::parse(tokenizer_json_of(tokenizer, objective)).at("post_processor");
}

}  // namespace

TEST_CASE(
    "a model's config.json has the ids of its tokenizer's special tokens, and null for those that there are not") {
  CHECK(config_of(gpt(), Objective::causal, R"({"n_embd": 4, "eos_token_id": 50256})") ==
        json{{"n_embd", 4}, {"bos_token_id", 0}, {"eos_token_id", 0}, {"pad_token_id", nullptr}});
  CHECK(config_of(bert(), Objective::masked, R"({"pad_token_id": 7})") ==
        json{{"bos_token_id", nullptr}, {"eos_token_id", nullptr}, {"pad_token_id", 0}, {"mask_token_id", 3}});
  CHECK(config_of(t5(), Objective::span_corruption, R"({"pad_token_id": 0, "decoder_start_token_id": 0})") ==
        json{{"bos_token_id", nullptr}, {"eos_token_id", 2}, {"pad_token_id", 1}, {"decoder_start_token_id", 1}});
  CHECK(config_of(FakeTokenizer({}), Objective::causal) ==
        json{{"bos_token_id", nullptr}, {"eos_token_id", nullptr}, {"pad_token_id", nullptr}});
  CHECK_THROWS_WITH(config_of(gpt(), Objective::causal, "[]"), "config_json() does not give a JSON object");
}

TEST_CASE("a causal model begins with its tokenizer's own beginning of text, where there is one") {
  const FakeTokenizer llama({{SpecialToken::beginning_of_text, "<s>"}, {SpecialToken::end_of_text, "</s>"}});
  CHECK(config_of(llama, Objective::causal).at("bos_token_id") == 0);
  CHECK(config_of(llama, Objective::causal).at("eos_token_id") == 1);
  CHECK(tokenizer_config_of(llama, Objective::causal).at("bos_token") == "<s>");
}

TEST_CASE("generation_config.json says where to begin and to end; a masked model has none") {
  CHECK(json::parse(generation_config_json(gpt(), Objective::causal)) ==
        json{{"bos_token_id", 0}, {"eos_token_id", 0}});
  CHECK(json::parse(generation_config_json(t5(), Objective::span_corruption)) ==
        json{{"eos_token_id", 2}, {"pad_token_id", 1}, {"decoder_start_token_id", 1}});
  CHECK(generation_config_json(bert(), Objective::masked).empty());
}

TEST_CASE("tokenizer_config.json names the special tokens, and what the model is given") {
  CHECK(tokenizer_config_of(gpt(), Objective::causal) == json{{"tokenizer_class", "PreTrainedTokenizerFast"},
                                                              {"clean_up_tokenization_spaces", false},
                                                              {"padding_side", "right"},
                                                              {"truncation_side", "right"},
                                                              {"model_max_length", 64},
                                                              {"model_input_names", {"input_ids", "attention_mask"}},
                                                              {"bos_token", "<end>"},
                                                              {"eos_token", "<end>"}});
  const json masked = tokenizer_config_of(bert(), Objective::masked, R"({"type_vocab_size": 2})");
  CHECK(masked.at("model_input_names") == json{"input_ids", "token_type_ids", "attention_mask"});
  CHECK(masked.at("mask_token") == "[MASK]");
  CHECK_FALSE(masked.contains("eos_token"));
  CHECK(tokenizer_config_of(t5(), Objective::span_corruption).at("additional_special_tokens") == json{"<0>", "<1>"});
}

TEST_CASE("tokenizer_config.json leaves the length of a model without limit to transformers") {
  CHECK_FALSE(json::parse(tokenizer_config_json(t5(), Objective::span_corruption, "{}", kAnyLength))
                  .contains("model_max_length"));
}

TEST_CASE("a masked model's eos and bos are not the names that its tokenizer has for [SEP] and [CLS]") {
  class Bert : public FakeTokenizer {
   public:
    using FakeTokenizer::FakeTokenizer;
    std::optional<TokenId> special_token_id(SpecialToken token, int index) const override {
      if (token == SpecialToken::beginning_of_text) token = SpecialToken::classification;
      if (token == SpecialToken::end_of_text) token = SpecialToken::separator;
      return FakeTokenizer::special_token_id(token, index);
    }
  };
  const Bert tokenizer({{SpecialToken::classification, "[CLS]"}, {SpecialToken::separator, "[SEP]"}});
  CHECK(config_of(tokenizer, Objective::masked).at("eos_token_id").is_null());
  CHECK(config_of(tokenizer, Objective::causal).at("eos_token_id") == 1);
  CHECK_FALSE(tokenizer_config_of(tokenizer, Objective::masked).contains("bos_token"));
}

TEST_CASE("tokenizer.json puts a text between the tokens that the objective puts around a sample") {
  CHECK(post_processor_of(gpt(), Objective::causal).is_null());
  const json masked = post_processor_of(bert(), Objective::masked);
  CHECK(masked.at("single") == json::parse(R"([{"SpecialToken": {"id": "[CLS]", "type_id": 0}},
      {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}])"));
  CHECK(masked.at("pair") == json::parse(R"([{"SpecialToken": {"id": "[CLS]", "type_id": 0}},
      {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}},
      {"Sequence": {"id": "B", "type_id": 1}}, {"SpecialToken": {"id": "[SEP]", "type_id": 1}}])"));
  CHECK(masked.at("special_tokens").at("[SEP]") == json::parse(R"({"id": "[SEP]", "ids": [2], "tokens": ["[SEP]"]})"));
  CHECK(post_processor_of(t5(), Objective::span_corruption).at("single") == json::parse(R"([
      {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}])"));
}

TEST_CASE("tokenizer.json keeps a post-processor that puts tokens around a text, and one that moves offsets") {
  const json own{{"type", "BertProcessing"}, {"sep", {"[SEP]", 2}}, {"cls", {"[CLS]", 1}}};
  CHECK(post_processor_of(bert(own), Objective::masked) == own);
  const json offsets{{"type", "ByteLevel"}, {"trim_offsets", true}};
  const json both = post_processor_of(bert(offsets), Objective::masked);
  CHECK(both.at("type") == "Sequence");
  CHECK(both.at("processors").at(0) == offsets);
  CHECK(both.at("processors").at(1).at("type") == "TemplateProcessing");
}
