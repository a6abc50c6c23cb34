#include "data/span_corruption.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "data/rows.h"
#include "folio/error.h"

namespace folio::data {
namespace {

std::int64_t rounded(double value) { return static_cast<std::int64_t>(std::nearbyint(value)); }

/// Cuts `items` into `segments` of at least one, each way equally likely; gives their lengths. `next` counts the
/// numbers drawn.
std::vector<std::int64_t> random_segmentation(std::int64_t items, std::int64_t segments, const HashedRandom& random,
                                              std::uint64_t& next) {
  // The first of segments - 1 marks stand on the items - 1 places between two items, and are shuffled.
  std::vector<bool> begins(static_cast<std::size_t>(items - 1));
  std::fill_n(begins.begin(), segments - 1, true);
  for (std::size_t i = begins.size(); i > 1; --i) {
    const auto other = static_cast<std::size_t>(random.below(next++, i));
    const bool mark = begins[i - 1];
    begins[i - 1] = begins[other];
    begins[other] = mark;
  }
  std::vector<std::int64_t> lengths{1};
  for (const bool begin : begins) {
    if (begin) lengths.push_back(0);
    ++lengths.back();
  }
  return lengths;
}

void check_sentinels(std::int64_t spans, std::int64_t length, std::int64_t sentinels) {
  if (spans <= sentinels) return;
  throw Error(ErrorKind::experiment, "a sample of " + std::to_string(length) + " tokens has " + std::to_string(spans) +
                                         " spans removed, but the tokenizer has only " + std::to_string(sentinels) +
                                         " sentinels: expected a smaller dataset.split.size, or a larger "
                                         "dataset.objective.mean_noise_span_length");
}

std::int64_t needed(const Tokenizer& tokenizer, SpecialToken token) {
  if (const auto id = tokenizer.special_token_id(token)) return *id;
  throw Error(ErrorKind::experiment, "span corruption needs a tokenizer with the special token '" +
                                         std::string(to_string(token)) +
                                         "', and this one has none: expected a tokenizer trained in the run, or T5's");
}

std::vector<std::int64_t> sentinels_of(const Tokenizer& tokenizer) {
  std::vector<std::int64_t> sentinels{needed(tokenizer, SpecialToken::sentinel)};
  while (const auto id = tokenizer.special_token_id(SpecialToken::sentinel, static_cast<int>(sentinels.size())))
    sentinels.push_back(*id);
  return sentinels;
}

}  // namespace

// A sample of a given length loses a fixed number of tokens in a fixed number of spans (span_counts); chance decides
// only where. So the shapes of batches are known before any sample is read. The tokens that stay and those that go are
// each cut at random into as many parts as there are spans, and the parts take turns: that is random_spans_noise_mask
// of T5 (text-to-text-transfer-transformer, t5/data/preprocessors.py), which transformers' run_t5_mlm_flax.py has taken
// over. Random numbers are hashed from seed, epoch and sample, so that a sample's mask depends on no other's.

SpanCounts span_counts(std::int64_t length, const ObjectiveOptions& options) {
  if (length < 2) return {};
  const std::int64_t noise =
      std::clamp<std::int64_t>(rounded(static_cast<double>(length) * options.noise_density), 1, length - 1);
  // The definition's count of kept tokens is the one before the clamp.
  const std::int64_t kept = length - rounded(static_cast<double>(length) * options.noise_density);
  const std::int64_t spans = rounded(static_cast<double>(std::min(noise, kept)) / options.mean_noise_span_length);
  return {.noise_tokens = noise, .spans = std::clamp<std::int64_t>(spans, 1, std::min(noise, length - noise))};
}

std::vector<bool> random_spans_noise_mask(std::int64_t length, const ObjectiveOptions& options,
                                          const HashedRandom& random) {
  std::vector<bool> mask(static_cast<std::size_t>(length));
  const SpanCounts counts = span_counts(length, options);
  if (counts.spans == 0) return mask;
  std::uint64_t next = 0;
  const auto taken = random_segmentation(counts.noise_tokens, counts.spans, random, next);
  const auto kept = random_segmentation(length - counts.noise_tokens, counts.spans, random, next);
  auto at = mask.begin();
  for (std::size_t span = 0; span < taken.size(); ++span) {
    at += kept[span];
    at = std::fill_n(at, taken[span], true);
  }
  return mask;
}

SpanCorruptionCollator::SpanCorruptionCollator(const ObjectiveOptions& options, const Tokenizer& tokenizer,
                                               std::uint64_t seed)
    : options_(options),
      seed_(seed),
      padding_(needed(tokenizer, SpecialToken::padding)),
      end_(needed(tokenizer, SpecialToken::end_of_text)),
      sentinels_(sentinels_of(tokenizer)) {}

Batch SpanCorruptionCollator::collate(const Samples& samples, std::span<const std::int64_t> indices,
                                      std::int64_t epoch) const {
  Rows inputs, labels, shifted;
  Batch batch;
  for (const std::int64_t index : indices) {
    const std::vector<TokenId> ids = samples[index];
    const auto length = static_cast<std::int64_t>(ids.size());
    check_sentinels(span_counts(length, options_).spans, length, static_cast<std::int64_t>(sentinels_.size()));
    const std::vector<bool> taken = random_spans_noise_mask(length, options_, HashedRandom(seed_, epoch, index));
    auto& input = inputs.emplace_back();
    auto& label = labels.emplace_back();
    std::size_t spans = 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (taken[i] && (i == 0 || !taken[i - 1])) {
        input.push_back(sentinels_[spans]);
        label.push_back(sentinels_[spans]);
        ++spans;
      }
      (taken[i] ? label : input).push_back(ids[i]);
    }
    input.push_back(end_);
    label.push_back(end_);
    auto& before = shifted.emplace_back(label.begin(), label.end() - 1);
    before.insert(before.begin(), padding_);
  }
  batch.input_ids = padded(inputs, padding_);
  batch.attention_mask = mask_of(inputs);
  batch.decoder_input_ids = padded(shifted, padding_);
  batch.labels = padded(labels, kIgnoredLabel);
  return batch;
}

BatchShape SpanCorruptionCollator::shape(std::int64_t batch, std::int64_t length) const {
  return corrupted_shape(options_, batch, length, static_cast<std::int64_t>(sentinels_.size()));
}

BatchShape corrupted_shape(const ObjectiveOptions& options, std::int64_t batch, std::int64_t length,
                           std::int64_t sentinels) {
  const auto [noise, spans] = span_counts(length, options);
  check_sentinels(spans, length, sentinels);
  const std::int64_t target = noise + spans + 1;
  return {.batch = batch, .length = length - noise + spans + 1, .target_length = target, .scored = batch * target};
}

}  // namespace folio::data
