#include "data/samples.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace folio::data {
namespace {

/// Encodes one text with end-of-text behind it.
std::vector<TokenId> encode_document(std::string_view text, const Tokenizer& tokenizer) {
  std::vector<TokenId> ids = tokenizer.encode(text);
  if (const auto end = tokenizer.special_token_id(SpecialToken::end_of_text)) ids.push_back(*end);
  return ids;
}

void add_characters(Samples& samples, std::string_view text, const Tokenizer& tokenizer, std::int64_t size) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = skip_characters(text, begin, size);
    const std::string_view chunk = text.substr(begin, end - begin);
    begin = end;
    if (count_characters(chunk) < size) break;
    const std::vector<TokenId> ids = tokenizer.encode(chunk);
    samples.add_sample(samples.add_tokens(ids), ids.size());
  }
}

void add_document(Samples& samples, std::string_view text, const Tokenizer& tokenizer, const DataOptions& options) {
  const std::vector<TokenId> ids = encode_document(text, tokenizer);
  const std::size_t first = samples.add_tokens(ids);
  const auto size = static_cast<std::size_t>(options.size);
  for (std::size_t begin = 0; begin < ids.size(); begin += static_cast<std::size_t>(options.stride)) {
    const std::size_t length = std::min(size, ids.size() - begin);
    // One token has nothing after it to be learned.
    if (length >= 2) samples.add_sample(first + begin, length);
    if (begin + size >= ids.size()) break;
  }
}

void add_blocks(Samples& samples, std::int64_t size) {
  const std::size_t length = static_cast<std::size_t>(size);
  for (std::size_t begin = 0; begin + length <= samples.tokens().size(); begin += length) {
    samples.add_sample(begin, length);
  }
}

}  // namespace

std::size_t Samples::add_tokens(std::span<const TokenId> ids) {
  const std::size_t first = tokens_.size();
  tokens_.insert(tokens_.end(), ids.begin(), ids.end());
  return first;
}

void Samples::add_sample(std::size_t begin, std::size_t length) { stretches_.push_back({begin, length}); }

std::span<const TokenId> Samples::operator[](std::int64_t index) const {
  const Stretch& stretch = stretches_[static_cast<std::size_t>(index)];
  return {tokens_.data() + stretch.begin, stretch.length};
}

std::int64_t Samples::token_count() const {
  std::int64_t count = 0;
  for (const Stretch& stretch : stretches_) count += static_cast<std::int64_t>(stretch.length);
  return count;
}

std::int64_t Samples::longest() const {
  std::size_t length = 0;
  for (const Stretch& stretch : stretches_) length = std::max(length, stretch.length);
  return static_cast<std::int64_t>(length);
}

Samples make_samples(const Corpus::Part& part, const Tokenizer& tokenizer, const DataOptions& options,
                     const Progress& progress) {
  Samples samples;
  double done = 0;
  for (const std::string& text : part.texts) {
    switch (options.by) {
      case SplitBy::characters:
        add_characters(samples, text, tokenizer, options.size);
        break;
      case SplitBy::tokens:
        samples.add_tokens(encode_document(text, tokenizer));
        break;
      case SplitBy::document:
        add_document(samples, text, tokenizer, options);
        break;
    }
    done += static_cast<double>(text.size());
    progress(done, static_cast<double>(part.bytes));
  }
  if (options.by == SplitBy::tokens) add_blocks(samples, options.size);
  return samples;
}

std::int64_t estimated_sample_count(const Corpus::Part& part, const DataOptions& options, double bytes_per_token) {
  const auto tokens_of = [&](double bytes) { return bytes / bytes_per_token; };
  std::int64_t count = 0;
  for (const std::string& text : part.texts) {
    if (options.by == SplitBy::characters) count += count_characters(text) / options.size;
    if (options.by == SplitBy::document) {
      const double past_first = tokens_of(static_cast<double>(text.size())) - static_cast<double>(options.size);
      count += 1 + std::llround(std::ceil(std::max(past_first, 0.0) / static_cast<double>(options.stride)));
    }
  }
  if (options.by == SplitBy::tokens) {
    count = static_cast<std::int64_t>(tokens_of(static_cast<double>(part.bytes))) / options.size;
  }
  return count;
}

double unigram_loss(const Samples& samples, std::int64_t& distinct) {
  std::unordered_map<TokenId, std::int64_t> counts;
  for (std::int64_t i = 0; i < samples.size(); ++i) {
    for (const TokenId id : samples[i]) ++counts[id];
  }
  distinct = static_cast<std::int64_t>(counts.size());
  const double total = static_cast<double>(samples.token_count());
  double entropy = 0;
  for (const auto& [id, count] : counts) {
    const double share = static_cast<double>(count) / total;
    entropy -= share * std::log(share);
  }
  return entropy;
}

}  // namespace folio::data
