#include "data/samples.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <unordered_map>

namespace folio::data {
namespace {

/// Tokens and samples in memory.
struct InMemory {
  std::vector<std::uint32_t> tokens;
  std::vector<Samples::Stretch> stretches;

  /// Adds tokens that samples are made of; gives the index of the first of them.
  std::size_t add_tokens(const std::vector<TokenId>& ids) {
    const std::size_t first = tokens.size();
    tokens.insert(tokens.end(), ids.begin(), ids.end());
    return first;
  }

  void add_sample(std::size_t begin, std::size_t length) { stretches.push_back({begin, length}); }
};

Samples samples_in(std::shared_ptr<const InMemory> memory) {
  const Samples::Extent extent{reinterpret_cast<const std::byte*>(memory->tokens.data()), 4,
                               static_cast<std::int64_t>(memory->stretches.size()), memory->stretches.data(), 0};
  return Samples({extent}, std::move(memory));
}

/// Encodes one text with end-of-text behind it.
std::vector<TokenId> encode_document(std::string_view text, const Tokenizer& tokenizer) {
  std::vector<TokenId> ids = tokenizer.encode(text);
  if (const auto end = tokenizer.special_token_id(SpecialToken::end_of_text)) ids.push_back(*end);
  return ids;
}

void add_characters(InMemory& samples, std::string_view text, const Tokenizer& tokenizer, std::int64_t size) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = skip_characters(text, begin, size);
    const std::string_view chunk = text.substr(begin, end - begin);
    begin = end;
    if (count_characters(chunk) < size) break;
    const std::vector<TokenId> ids = tokenizer.encode(chunk);
    samples.add_sample(samples.add_tokens(ids), ids.size());
  }
}

void add_document(InMemory& samples, std::string_view text, const Tokenizer& tokenizer, const DataOptions& options) {
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

void add_blocks(InMemory& samples, std::int64_t size) {
  const std::size_t length = static_cast<std::size_t>(size);
  for (std::size_t begin = 0; begin + length <= samples.tokens.size(); begin += length) {
    samples.add_sample(begin, length);
  }
}

}  // namespace

Samples::Samples(const std::vector<Extent>& extents, std::shared_ptr<const void> owner) : owner_(std::move(owner)) {
  for (const Extent& extent : extents) {
    if (extent.samples == 0) continue;
    extents_.push_back(extent);
    ends_.push_back(size_ += extent.samples);
    if (extent.stretches == nullptr) {
      token_count_ += extent.samples * static_cast<std::int64_t>(extent.block_size);
      longest_ = std::max(longest_, static_cast<std::int64_t>(extent.block_size));
      continue;
    }
    for (std::int64_t i = 0; i < extent.samples; ++i) {
      const auto length = static_cast<std::int64_t>(extent.stretches[i].length);
      token_count_ += length;
      longest_ = std::max(longest_, length);
    }
  }
}

Samples Samples::of(const std::vector<std::vector<TokenId>>& samples) {
  auto memory = std::make_shared<InMemory>();
  for (const std::vector<TokenId>& ids : samples) memory->add_sample(memory->add_tokens(ids), ids.size());
  return samples_in(std::move(memory));
}

Samples::Place Samples::place(std::int64_t index) const {
  const auto number = static_cast<std::size_t>(std::upper_bound(ends_.begin(), ends_.end(), index) - ends_.begin());
  const Extent& extent = extents_[number];
  const std::int64_t within = index - (ends_[number] - extent.samples);
  if (extent.stretches != nullptr) return {&extent, extent.stretches[within]};
  return {&extent, {static_cast<std::uint64_t>(within) * extent.block_size, extent.block_size}};
}

TokenId Samples::token(const Place& sample, std::uint64_t offset) {
  // Files of other programs may have their tokens at any address.
  const auto width = static_cast<std::uint64_t>(sample.extent->bytes_per_token);
  const std::byte* at = sample.extent->tokens + (sample.stretch.begin + offset) * width;
  if (width == 2) {
    std::uint16_t id;
    std::memcpy(&id, at, sizeof id);
    return id;
  }
  std::uint32_t id;
  std::memcpy(&id, at, sizeof id);
  return static_cast<TokenId>(id);
}

std::vector<TokenId> Samples::operator[](std::int64_t index) const {
  const Place sample = place(index);
  std::vector<TokenId> ids(sample.stretch.length);
  for (std::size_t t = 0; t < ids.size(); ++t) ids[t] = token(sample, t);
  return ids;
}

Samples make_samples(const Corpus::Part& part, const Tokenizer& tokenizer, const DataOptions& options,
                     const Progress& progress) {
  auto memory = std::make_shared<InMemory>();
  InMemory& samples = *memory;
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
  return samples_in(std::move(memory));
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
  samples.for_each_token([&](TokenId id) { ++counts[id]; });
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
