#include "data/masked.h"

#include <array>

#include "data/rows.h"
#include "folio/error.h"

namespace folio::data {
namespace {

constexpr double kMaskShare = 0.8;
constexpr double kRandomShare = 0.1;

// What the numbers drawn for one token are for; each has a counter of its own.
enum Purpose : std::uint64_t { kChoosing, kReplacing, kReplacement, kPurposes };

constexpr std::uint64_t counter(std::uint64_t position, Purpose purpose) { return position * kPurposes + purpose; }

constexpr std::array kSpecialTokens{SpecialToken::end_of_text,    SpecialToken::padding,   SpecialToken::unknown,
                                    SpecialToken::classification, SpecialToken::separator, SpecialToken::mask};

std::vector<bool> special_ids(const Tokenizer& tokenizer) {
  std::vector<bool> special(static_cast<std::size_t>(tokenizer.vocab_size()));
  for (const SpecialToken token : kSpecialTokens)
    if (const auto id = tokenizer.special_token_id(token)) special[static_cast<std::size_t>(*id)] = true;
  for (int i = 0;; ++i) {
    const auto sentinel = tokenizer.special_token_id(SpecialToken::sentinel, i);
    if (!sentinel) return special;
    special[static_cast<std::size_t>(*sentinel)] = true;
  }
}

}  // namespace

MaskedCollator::MaskedCollator(const ObjectiveOptions& options, const Tokenizer& tokenizer, std::uint64_t seed)
    : options_(options),
      seed_(seed),
      vocab_size_(tokenizer.vocab_size()),
      mask_(tokenizer.special_token_id(SpecialToken::mask).value_or(-1)),
      padding_(tokenizer.special_token_id(SpecialToken::padding).value_or(0)),
      first_(tokenizer.special_token_id(SpecialToken::classification)),
      last_(tokenizer.special_token_id(SpecialToken::separator)),
      special_(special_ids(tokenizer)) {
  if (mask_ < 0) {
    throw Error(ErrorKind::experiment,
                "the masked objective needs a tokenizer with a mask token, and this one has none: expected a tokenizer "
                "trained in the run, or that of a masked model");
  }
  if (options_.whole_word_mask) words_.emplace(tokenizer);
}

MaskedCollator::Row MaskedCollator::between_special_tokens(const std::vector<TokenId>& ids) const {
  Row row;
  row.reserve(ids.size() + 2);
  if (first_) row.push_back(*first_);
  row.insert(row.end(), ids.begin(), ids.end());
  if (last_) row.push_back(*last_);
  return row;
}

std::vector<bool> MaskedCollator::choose(const Row& row, const HashedRandom& random) const {
  const std::vector<bool> begins = words_ ? words_->begins(row, special_) : std::vector<bool>(row.size(), true);
  std::vector<bool> chosen(row.size());
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (is_special(row[i])) continue;
    chosen[i] = begins[i] ? random.uniform(counter(i, kChoosing)) < options_.mlm_probability : chosen[i - 1];
  }
  return chosen;
}

std::int64_t MaskedCollator::replacement(std::int64_t id, std::uint64_t position, const HashedRandom& random) const {
  const double share = random.uniform(counter(position, kReplacing));
  if (options_.whole_word_mask || share < kMaskShare) return mask_;
  if (share >= kMaskShare + kRandomShare) return id;
  return static_cast<std::int64_t>(
      random.below(counter(position, kReplacement), static_cast<std::uint64_t>(vocab_size_)));
}

Batch MaskedCollator::collate(const Samples& samples, std::span<const std::int64_t> indices, std::int64_t epoch) const {
  Rows inputs, labels;
  Batch batch;
  for (const std::int64_t index : indices) {
    const HashedRandom random(seed_, epoch, index);
    const Row row = between_special_tokens(samples[index]);
    const std::vector<bool> chosen = choose(row, random);
    Row& input = inputs.emplace_back(row);
    Row& label = labels.emplace_back(row.size(), kIgnoredLabel);
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (!chosen[i]) continue;
      label[i] = row[i];
      input[i] = replacement(row[i], i, random);
    }
  }
  batch.input_ids = padded(inputs, padding_);
  batch.attention_mask = mask_of(inputs);
  batch.labels = padded(labels, kIgnoredLabel);
  return batch;
}

BatchShape MaskedCollator::shape(std::int64_t batch, std::int64_t length) const {
  return masked_shape(options_, batch, length, (first_ ? 1 : 0) + (last_ ? 1 : 0));
}

BatchShape masked_shape(const ObjectiveOptions& options, std::int64_t batch, std::int64_t length,
                        std::int64_t special_tokens) {
  const double chosen = static_cast<double>(batch * length) * options.mlm_probability;
  return {.batch = batch,
          .length = length + special_tokens,
          .target_length = 0,
          .scored = static_cast<std::int64_t>(chosen)};
}

}  // namespace folio::data
