#include "generate/generate.h"

#include <ATen/ops/full.h>
#include <ATen/ops/one_hot.h>

#include <catch2/catch.hpp>
#include <cmath>

using namespace folio;

namespace {

constexpr std::int64_t kVocabulary = 30;

/// Says that each token is followed by the next higher one, and writes down what it is given to read.
class Counting : public Model {
 public:
  /// `cached`: whether it decodes token by token, or as Model does it.
  Counting(std::int64_t longest, bool cached) : longest_(longest), cached_(cached) {}

  std::vector<std::int64_t> tokens_read;  // of each call
  bool broken = false;

  at::Tensor next_token_logits(const Batch& batch) override { return read(batch.input_ids); }

  std::unique_ptr<Decoding> begin_decoding(const Batch& source) override {
    struct Step : Decoding {
      explicit Step(Counting& counting) : model(counting) {}
      at::Tensor read(const at::Tensor& ids) override { return model.read(ids); }
      Counting& model;
    };
    return cached_ ? std::make_unique<Step>(*this) : Model::begin_decoding(source);
  }

  const std::vector<Parameter>& parameters() const override { return none_; }
  void initialize() override {}
  void training(bool) override {}
  at::Tensor loss(const Batch&, std::int64_t) override { return {}; }
  at::Tensor logits(const Batch&) override { return {}; }
  std::int64_t max_length() const override { return longest_; }
  double activation_bytes(const BatchShape&, int) const override { return 0; }
  double training_flops(const BatchShape&) const override { return 0; }
  std::string config_json() const override { return "{}"; }

 private:
  at::Tensor read(const at::Tensor& ids) {
    CHECK(ids.size(1) <= longest_);
    tokens_read.push_back(ids.size(1));
    if (broken) return at::full({1, kVocabulary}, std::nan(""));
    return at::one_hot(ids.select(1, -1).add(1).remainder(kVocabulary), kVocabulary).to(at::kFloat);
  }

  std::int64_t longest_;
  bool cached_;
  std::vector<Parameter> none_;
};

std::vector<TokenId> continue_text(Model& model, std::vector<TokenId> prompt, std::int64_t count,
                                   std::optional<TokenId> end = {}) {
  generate::SamplingOptions options;
  options.max_new_tokens = count;
  options.temperature = 0;
  return generate::generate(model, prompt, kVocabulary, end, options, at::kCPU, [](TokenId) { return true; });
}

}  // namespace

TEST_CASE("generation reads each token once where the model keeps what it has read") {
  Counting model(100, true);
  CHECK(continue_text(model, {3, 4, 5}, 4) == std::vector<TokenId>{6, 7, 8, 9});
  CHECK(model.tokens_read == std::vector<std::int64_t>{3, 1, 1, 1});
}

TEST_CASE("generation gives a model that keeps nothing the whole text each time") {
  Counting model(100, false);
  CHECK(continue_text(model, {3, 4, 5}, 4) == std::vector<TokenId>{6, 7, 8, 9});
  CHECK(model.tokens_read == std::vector<std::int64_t>{3, 4, 5, 6});
}

TEST_CASE("generation goes on from the latest tokens when the text is longer than the model takes") {
  for (const bool cached : {true, false}) {
    Counting model(4, cached);
    CHECK(continue_text(model, {3, 4, 5}, 4) == std::vector<TokenId>{6, 7, 8, 9});
    CHECK(model.tokens_read ==
          (cached ? std::vector<std::int64_t>{3, 1, 4, 4} : std::vector<std::int64_t>{3, 4, 4, 4}));
  }
  Counting model(4, true);
  CHECK(continue_text(model, {1, 2, 3, 4, 5, 6}, 1) == std::vector<TokenId>{7});
  CHECK(model.tokens_read == std::vector<std::int64_t>{4});
}

TEST_CASE("generation ends at the end of the text, which is not part of it") {
  Counting model(100, true);
  CHECK(continue_text(model, {3, 4, 5}, 10, TokenId{8}) == std::vector<TokenId>{6, 7});
}

TEST_CASE("a model whose logits are no numbers is told as such") {
  Counting model(100, true);
  model.broken = true;
  CHECK_THROWS_WITH(continue_text(model, {3}, 1), Catch::Contains("no number (NaN or infinite)"));
}
