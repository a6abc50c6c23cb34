#include "data/token_shards.h"

#include <catch2/catch.hpp>

#include "folio/error.h"
#include "unit/data/fakes.h"

using namespace folio;

namespace {

/// A shard of 16-bit ids that a test holds in memory, one byte away from where such numbers usually begin.
class Shard {
 public:
  Shard(std::string name, const std::vector<int>& ids, bool for_evaluation = false) : bytes_(1) {
    for (const int id : ids) {
      bytes_.push_back(static_cast<std::byte>(id & 255));
      bytes_.push_back(static_cast<std::byte>(id >> 8));
    }
    shard_ = {std::move(name), bytes_.data() + 1, ids.size(), 2, {}, for_evaluation};
  }
  Shard(const Shard&) = delete;

  operator TokenShard() const { return shard_; }

 private:
  std::vector<std::byte> bytes_;
  TokenShard shard_;
};

data::EncodingFacts measure(const std::vector<TokenShard>& shards, bool each_document = false) {
  return data::measure_shards(shards, data::survey_shards(shards), ByteTokenizer(), 2, each_document,
                              [](double, double) {});
}

}  // namespace

TEST_CASE("shards are cut into blocks each on its own, where they lie") {
  const Shard a("a", {1, 2, 3, 4, 5}), b("b", {6, 7}), c("c", {8, 9}, true);
  const data::Samples training = data::cut_shards({a, b, c}, false, 2);
  REQUIRE(training.size() == 3);
  CHECK(training[0] == std::vector<TokenId>{1, 2});
  CHECK(training[1] == std::vector<TokenId>{3, 4});
  CHECK(training[2] == std::vector<TokenId>{6, 7});
  CHECK(training.token_count() == 6);
  CHECK(data::cut_shards({a, b, c}, true, 2)[0] == std::vector<TokenId>{8, 9});
}

TEST_CASE("an id that the tokenizer does not have is named with its shard and place") {
  const Shard good("good.bin", {0, 256}), bad("bad.bin", {1, 2, 257, 3});
  CHECK_NOTHROW(measure({good}));
  CHECK_THROWS_WITH(measure({good, bad}),
                    Catch::Contains("bad.bin: token number 2 is 257") && Catch::Contains("257 tokens"));
}

TEST_CASE("the text that shards stand for is measured") {
  const Shard a("a", {'a', 'b', 'c'}), b("b", {'d', 'e'}, true);
  const data::EncodingFacts encoded = measure({a, b}, true);
  CHECK(encoded.training.bytes_per_token() == 1);
  CHECK(encoded.training.bytes == 3);
  CHECK(encoded.evaluation.bytes == 2);
  REQUIRE(encoded.documents.size() == 1);
  CHECK(encoded.documents[0].name == "b");
  CHECK(encoded.distinct_tokens == 2);  // of the samples: the third token makes no whole block
}

TEST_CASE("the hash of shards depends on their tokens, names and part") {
  const auto hash = [](const TokenShard& shard) {
    const Shard other("other", {7});
    return data::survey_shards({other, shard}).hash;
  };
  const Shard a("a", {1, 2}), same("a", {1, 2}), others("a", {1, 3}), renamed("b", {1, 2}), moved("a", {1, 2}, true);
  CHECK(hash(a) == hash(same));
  for (const Shard* shard : {&others, &renamed, &moved}) CHECK(hash(a) != hash(*shard));
}

TEST_CASE("shards without a token to train on are an error") {
  const Shard empty("a", {}), evaluation("b", {1, 2}, true);
  CHECK_THROWS_AS(data::survey_shards({empty, evaluation}), Error);
}
