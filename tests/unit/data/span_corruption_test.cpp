#include "data/span_corruption.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "folio/error.h"
#include "unit/data/fakes.h"

using namespace folio;
using Catch::Matchers::Contains;

namespace {

constexpr std::uint64_t kSpanSeed = 42;

nlohmann::json reference() {
  std::ifstream file(FOLIO_SOURCE_DIR "/tests/reference/expected/objectives.json");
  return nlohmann::json::parse(file);
}

std::vector<std::int64_t> row_of(const at::Tensor& tensor, std::int64_t row) {
  const auto* values = tensor.const_data_ptr<std::int64_t>() + row * tensor.size(1);
  return {values, values + tensor.size(1)};
}

data::Samples counting(std::vector<std::int64_t> lengths) {
  std::vector<std::vector<TokenId>> samples;
  for (const std::int64_t length : lengths) {
    auto& sample = samples.emplace_back();
    for (std::int64_t t = 0; t < length; ++t) sample.push_back(static_cast<TokenId>(1000 + t));
  }
  return data::Samples::of(samples);
}

/// 5 standard deviations of the difference of two counts out of as many draws.
double margin(double count, double draws) {
  const double share = std::max(count, 1.0) / draws;
  return 5 * std::sqrt(2 * draws * share * std::max(1 - share, 0.0)) + 5;
}

}  // namespace

TEST_CASE("as many tokens and spans are taken out as the definition says") {
  const auto check = [](const nlohmann::json& counts, const data::ObjectiveOptions& options) {
    for (const auto& [length, noise, spans] : counts.get<std::vector<std::array<std::int64_t, 3>>>()) {
      INFO("length " << length);
      const data::SpanCounts ours = data::span_counts(length, options);
      CHECK(ours.noise_tokens == noise);
      CHECK(ours.spans == spans);
    }
  };
  check(reference().at("span_counts"), {});
  check(reference().at("wide_span_counts"), {.noise_density = 0.5, .mean_noise_span_length = 1.5});
}

TEST_CASE("spans have the lengths and places of the definition") {
  for (const auto& wanted : reference().at("spans")) {
    const std::int64_t length = wanted.at("length");
    const data::ObjectiveOptions options{.noise_density = wanted.at("noise_density"),
                                         .mean_noise_span_length = wanted.at("mean_noise_span_length")};
    const std::int64_t draws = wanted.at("draws");
    std::vector<double> lengths(wanted.at("span_lengths").size()), positions(static_cast<std::size_t>(length));
    for (std::int64_t sample = 0; sample < draws; ++sample) {
      const auto mask = data::random_spans_noise_mask(length, options, data::HashedRandom(kSpanSeed, 0, sample));
      std::size_t run = 0;
      for (std::size_t t = 0; t < mask.size(); ++t) {
        positions[t] += mask[t];
        run = mask[t] ? run + 1 : 0;
        if (run > 0 && (t + 1 == mask.size() || !mask[t + 1])) ++lengths.at(run);
      }
    }
    const double spans = static_cast<double>(draws * data::span_counts(length, options).spans);
    for (std::size_t i = 0; i < lengths.size(); ++i) {
      INFO("spans of " << i << " tokens");
      const double count = wanted["span_lengths"][i];
      CHECK(lengths[i] == Approx(count).margin(margin(count, spans)));
    }
    for (std::size_t t = 0; t < positions.size(); ++t) {
      INFO("position " << t);
      const double count = wanted["positions"][t];
      CHECK(positions[t] == Approx(count).margin(margin(count, static_cast<double>(draws))));
    }
  }
}

TEST_CASE("a corrupted sample and its target hold together what the sample held") {
  const data::Samples samples = counting({64, 30});
  const SentinelTokenizer tokenizer(100);
  const data::SpanCorruptionCollator collator({}, tokenizer, kSpanSeed);
  const std::vector<std::int64_t> indices{0, 1};
  const Batch batch = collator.collate(samples, indices, 2);
  for (std::int64_t row = 0; row < 2; ++row) {
    const auto input = row_of(batch.input_ids, row);
    auto target = row_of(batch.labels, row);
    std::erase(target, kIgnoredLabel);
    CHECK(target.back() == SentinelTokenizer::kEnd);
    CHECK(target.front() == *tokenizer.special_token_id(SpecialToken::sentinel, 0));

    // Each sentinel of the input replaced by its span gives the sample, and end-of-text.
    std::vector<std::int64_t> restored;
    int sentinel = 0;
    for (const std::int64_t id : input) {
      if (id == SentinelTokenizer::kPadding) continue;
      if (tokenizer.special_token_id(SpecialToken::sentinel, sentinel) != id) {
        restored.push_back(id);
        continue;
      }
      auto at = std::find(target.begin(), target.end(), id);
      REQUIRE(at != target.end());
      while (++at != target.end() && *at >= 1000) restored.push_back(*at);
      ++sentinel;
    }
    CHECK(restored.back() == SentinelTokenizer::kEnd);
    restored.pop_back();
    const std::vector<TokenId> sample = samples[row];
    CHECK(restored == std::vector<std::int64_t>(sample.begin(), sample.end()));

    // The decoder reads the target one behind, padding first.
    const auto decoder = row_of(batch.decoder_input_ids, row);
    CHECK(decoder[0] == SentinelTokenizer::kPadding);
    for (std::size_t t = 1; t < target.size(); ++t) CHECK(decoder[t] == target[t - 1]);
  }
  CHECK(batch.attention_mask.defined());
}

TEST_CASE("a corrupted batch has the shape that is said beforehand") {
  const data::Samples samples = counting({128, 128});
  const SentinelTokenizer tokenizer(100);
  const data::SpanCorruptionCollator collator({}, tokenizer, kSpanSeed);
  const std::vector<std::int64_t> indices{0, 1};
  const Batch batch = collator.collate(samples, indices, 0);
  const BatchShape shape = collator.shape(2, 128);
  CHECK(batch.input_ids.size(1) == shape.length);
  CHECK(batch.labels.size(1) == shape.target_length);
  CHECK(batch.labels.ne(kIgnoredLabel).sum().item<std::int64_t>() == shape.scored);
  CHECK_FALSE(batch.attention_mask.defined());
}

TEST_CASE("span corruption needs sentinels, and enough of them") {
  CHECK_THROWS_WITH(data::SpanCorruptionCollator({}, ByteTokenizer(), kSpanSeed), Contains("special token"));
  const SentinelTokenizer two(2);
  const data::SpanCorruptionCollator collator({}, two, kSpanSeed);
  CHECK_THROWS_WITH(collator.shape(1, 128), Contains("6 spans") && Contains("only 2 sentinels"));
}
