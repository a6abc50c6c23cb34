#include "data/samples.h"

#include <algorithm>
#include <cmath>
#include <cstring>

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

Samples Samples::first(std::int64_t count) const {
  std::vector<Extent> extents;
  for (Extent extent : extents_) {
    extent.samples = std::min(extent.samples, count);
    count -= extent.samples;
    extents.push_back(extent);
  }
  return Samples(extents, owner_);
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

TokenCounts::TokenCounts(const Samples& samples, std::int64_t vocab_size)
    : counts_(static_cast<std::size_t>(vocab_size)), total_(static_cast<double>(samples.token_count())) {
  samples.for_each_token([&](TokenId id) {
    const auto place = static_cast<std::size_t>(id);
    if (place >= counts_.size()) counts_.resize(place + 1);
    ++counts_[place];
  });
}

std::int64_t TokenCounts::distinct() const {
  return std::count_if(counts_.begin(), counts_.end(), [](std::int64_t count) { return count > 0; });
}

double TokenCounts::entropy() const {
  double entropy = 0;
  for (const std::int64_t count : counts_) {
    if (count == 0) continue;
    const double share = static_cast<double>(count) / total_;
    entropy -= share * std::log(share);
  }
  return entropy;
}

double TokenCounts::loss_on(const Samples& samples) const {
  if (samples.token_count() == 0) return 0;
  const auto once = std::count(counts_.begin(), counts_.end(), 1);
  const double unseen = static_cast<double>(std::max<std::int64_t>(1, once)) / (total_ + 1);
  const double of_each = unseen / static_cast<double>(counts_.size());
  double nats = 0;
  samples.for_each_token([&](TokenId id) {
    const auto place = static_cast<std::size_t>(id);
    const double count = place < counts_.size() ? static_cast<double>(counts_[place]) : 0;
    nats -= std::log((1 - unseen) * count / total_ + of_each);
  });
  return nats / static_cast<double>(samples.token_count());
}

}  // namespace folio::data
