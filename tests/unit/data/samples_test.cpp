#include "data/samples.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "unit/data/fakes.h"

using namespace folio;

namespace {

data::Corpus::Part part_of(std::vector<std::string> texts) {
  data::Corpus::Part part;
  for (std::string& text : texts) {
    part.bytes += static_cast<std::int64_t>(text.size());
    part.characters += data::count_characters(text);
    part.texts.push_back(std::move(text));
  }
  return part;
}

data::Samples cut(std::vector<std::string> texts, const data::DataOptions& options) {
  return data::make_samples(part_of(std::move(texts)), ByteTokenizer(), options, [](double, double) {});
}

std::string text_of(const data::Samples& samples, std::int64_t index) {
  std::string text;
  for (const TokenId id : samples[index]) text += id == 256 ? std::string("$") : std::string(1, static_cast<char>(id));
  return text;
}

std::vector<std::string> texts_of(const data::Samples& samples) {
  std::vector<std::string> texts;
  for (std::int64_t i = 0; i < samples.size(); ++i) texts.push_back(text_of(samples, i));
  return texts;
}

}  // namespace

TEST_CASE("a split by characters gives whole chunks of each text") {
  const data::Samples samples = cut({"abcdefgh", "1234"}, {.by = data::SplitBy::characters, .size = 3});
  CHECK(texts_of(samples) == std::vector<std::string>{"abc", "def", "123"});
}

TEST_CASE("a split by characters counts code points, not bytes") {
  const data::Samples samples = cut({"\xc3\xa9\xc3\xa8z!"}, {.by = data::SplitBy::characters, .size = 2});
  REQUIRE(samples.size() == 2);
  CHECK(samples[0].size() == 4);
  CHECK(samples[1].size() == 2);
}

TEST_CASE("a split by tokens makes blocks of all texts in a row, end-of-text between them") {
  const data::Samples samples = cut({"abc", "defg"}, {.by = data::SplitBy::tokens, .size = 4});
  CHECK(texts_of(samples) == std::vector<std::string>{"abc$", "defg"});
}

TEST_CASE("a split by document keeps documents apart and a shorter rest") {
  const data::Samples samples = cut({"abcde", "xy"}, {.by = data::SplitBy::document, .size = 4, .stride = 4});
  CHECK(texts_of(samples) == std::vector<std::string>{"abcd", "e$", "xy$"});
}

TEST_CASE("a stride smaller than the size makes samples of a document overlap") {
  const data::Samples samples = cut({"abcdefg"}, {.by = data::SplitBy::document, .size = 4, .stride = 2});
  CHECK(texts_of(samples) == std::vector<std::string>{"abcd", "cdef", "efg$"});
}

TEST_CASE("samples are counted beforehand") {
  const auto part = part_of({"abcdefgh", "1234"});
  CHECK(data::estimated_sample_count(part, {.by = data::SplitBy::characters, .size = 3}, 1) == 3);
  CHECK(data::estimated_sample_count(part, {.by = data::SplitBy::tokens, .size = 4}, 1) == 3);
  CHECK(data::estimated_sample_count(part, {.by = data::SplitBy::tokens, .size = 4}, 2) == 1);
  CHECK(data::estimated_sample_count(part, {.by = data::SplitBy::document, .size = 4, .stride = 2}, 1) == 4);
}

TEST_CASE("the unigram loss is the entropy of the tokens' frequencies") {
  std::int64_t distinct = 0;
  const data::Samples samples = cut({"aabc"}, {.by = data::SplitBy::characters, .size = 4});
  // a: 1/2, b and c: 1/4 each, so 1.5 bits.
  CHECK(data::unigram_loss(samples, distinct) == Approx(1.5 * std::log(2.0)));
  CHECK(distinct == 3);
}
