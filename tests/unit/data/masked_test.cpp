#include "data/masked.h"

#include <ATen/ops/equal.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "folio/error.h"
#include "unit/data/fakes.h"

using namespace folio;

namespace {

constexpr std::uint64_t kMaskSeed = 42;

/// The samples of tests/reference/objectives_reference.py.
data::Samples formula_samples(std::int64_t count, std::int64_t length) {
  std::vector<std::vector<TokenId>> samples;
  for (std::int64_t s = 0; s < count; ++s) {
    auto& sample = samples.emplace_back();
    for (std::int64_t t = 0; t < length; ++t) sample.push_back(static_cast<TokenId>(5 + (7 * s + 3 * t + s * t) % 95));
  }
  return data::Samples::of(samples);
}

bool begins_word(std::int64_t token, std::int64_t position) { return position == 0 || token % 3 != 0; }

std::int64_t value(const at::Tensor& tensor, std::int64_t row, std::int64_t column) {
  return tensor.const_data_ptr<std::int64_t>()[row * tensor.size(1) + column];
}

/// How often what happened, in all epochs.
struct Counts {
  double tokens = 0, chosen = 0, mask = 0, kept = 0, words = 0, chosen_words = 0, broken_words = 0;
};

Counts count(const data::MaskedCollator& collator, std::int64_t samples, std::int64_t length, std::int64_t epochs) {
  const data::Samples source = formula_samples(samples, length);
  Counts counts;
  for (std::int64_t epoch = 0; epoch < epochs; ++epoch) {
    for (std::int64_t s = 0; s < samples; ++s) {
      const std::vector<std::int64_t> indices{s};
      const Batch batch = collator.collate(source, indices, epoch);
      const std::vector<TokenId> ids = source[s];
      for (std::int64_t t = 0; t < length; ++t) {
        const std::int64_t label = value(batch.labels, 0, t + 1);
        const bool first = begins_word(ids[static_cast<std::size_t>(t)], t);
        ++counts.tokens;
        counts.words += first;
        if (!first && (label == kIgnoredLabel) != (value(batch.labels, 0, t) == kIgnoredLabel)) ++counts.broken_words;
        if (label == kIgnoredLabel) {
          REQUIRE(value(batch.input_ids, 0, t + 1) == ids[static_cast<std::size_t>(t)]);
          continue;
        }
        REQUIRE(label == ids[static_cast<std::size_t>(t)]);
        ++counts.chosen;
        counts.chosen_words += first;
        counts.mask += value(batch.input_ids, 0, t + 1) == WordsTokenizer::kMask;
        counts.kept += value(batch.input_ids, 0, t + 1) == label;
      }
    }
  }
  return counts;
}

/// Whether two shares differ by no more than 5 standard deviations of their difference.
void check_alike(double part, double whole, double wanted_part, double wanted_whole) {
  const double share = wanted_part / wanted_whole;
  const double deviation = std::sqrt(share * (1 - share) * (1 / whole + 1 / wanted_whole));
  CHECK(part / whole == Approx(share).margin(5 * deviation + 1e-12));
}

void compare(const char* name, const data::ObjectiveOptions& options) {
  std::ifstream file(FOLIO_SOURCE_DIR "/tests/reference/expected/objectives.json");
  const auto reference = nlohmann::json::parse(file);
  const auto& wanted = reference.at(name);
  const Counts counts = count(data::MaskedCollator(options, WordsTokenizer(), kMaskSeed), reference.at("samples"),
                              reference.at("length"), reference.at("epochs"));
  CHECK(counts.tokens == wanted.at("tokens").get<double>());
  CHECK(counts.words == wanted.at("words").get<double>());
  check_alike(counts.chosen, counts.tokens, wanted.at("chosen"), wanted.at("tokens"));
  check_alike(counts.mask, counts.chosen, wanted.at("mask"), wanted.at("chosen"));
  check_alike(counts.kept, counts.chosen, wanted.at("kept"), wanted.at("chosen"));
  check_alike(counts.chosen_words, counts.words, wanted.at("chosen_words"), wanted.at("words"));
  CHECK((counts.broken_words == 0) == options.whole_word_mask);
}

}  // namespace

TEST_CASE("masks have the statistics of transformers' collator") { compare("masked", {}); }

TEST_CASE("whole-word masks have the statistics of transformers' collator, and break no word") {
  compare("whole_words", {.whole_word_mask = true});
}

TEST_CASE("a mask is a function of seed, epoch and sample, whatever else stands in the batch") {
  const data::Samples samples = formula_samples(8, 60);
  const data::MaskedCollator collator({}, WordsTokenizer(), kMaskSeed);
  const std::vector<std::int64_t> alone{5}, together{2, 5, 7};
  const Batch one = collator.collate(samples, alone, 3);
  const Batch three = collator.collate(samples, together, 3);
  CHECK(at::equal(one.input_ids.select(0, 0), three.input_ids.select(0, 1)));
  CHECK(at::equal(one.labels.select(0, 0), three.labels.select(0, 1)));
  CHECK_FALSE(at::equal(one.labels, collator.collate(samples, alone, 4).labels));
  CHECK_FALSE(at::equal(one.labels,
                        data::MaskedCollator({}, WordsTokenizer(), kMaskSeed + 1).collate(samples, alone, 3).labels));
  CHECK(at::equal(collator.collate(samples, alone, data::kEvaluation).labels,
                  collator.collate(samples, alone, data::kEvaluation).labels));
}

TEST_CASE("a masked sample stands between special tokens, which are never masked, and is padded") {
  const data::Samples samples = data::Samples::of({{7, 8, 9}, {10}});
  const data::MaskedCollator collator({.mlm_probability = 1}, WordsTokenizer(), kMaskSeed);
  const std::vector<std::int64_t> indices{0, 1};
  const Batch batch = collator.collate(samples, indices, 0);
  REQUIRE(batch.input_ids.sizes() == at::IntArrayRef({2, 5}));
  for (const auto& [row, column, id] : {std::tuple{0, 0, 2}, {0, 4, 3}, {1, 0, 2}, {1, 2, 3}, {1, 3, 0}, {1, 4, 0}}) {
    CHECK(value(batch.input_ids, row, column) == id);
    CHECK(value(batch.labels, row, column) == kIgnoredLabel);
  }
  CHECK(value(batch.labels, 0, 2) == 8);
  CHECK(batch.labels.ne(kIgnoredLabel).sum().item<std::int64_t>() == 4);
  CHECK(batch.attention_mask.select(0, 1).sum().item<std::int64_t>() == 3);
  CHECK(collator.shape(4, 30).length == 32);
}

TEST_CASE("masking needs a tokenizer with a mask token") {
  CHECK_THROWS_WITH(data::MaskedCollator({}, ByteTokenizer(), kMaskSeed), Catch::Matchers::Contains("mask token"));
}
