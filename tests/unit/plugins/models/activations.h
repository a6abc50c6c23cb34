#pragma once

#include <ATen/autocast_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <c10/core/CPUAllocator.h>
#include <malloc.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <map>
#include <string>

#include "folio/model.h"
#include "folio/options.h"

/// Holds what a model says that a training step keeps against what it keeps.
namespace folio::testing {

/// Counts the bytes that tensors have.
class CountingAllocator final : public c10::Allocator {
 public:
  static CountingAllocator& installed() {
    static CountingAllocator allocator;
    if (c10::GetCPUAllocator() != &allocator) c10::SetCPUAllocator(&allocator, /*priority=*/1);
    return allocator;
  }

  c10::DataPtr allocate(std::size_t bytes) override {
    if (bytes == 0) return {nullptr, nullptr, &release, c10::Device(c10::kCPU)};
    constexpr std::size_t kAlignment = 64;
    void* const data = std::aligned_alloc(kAlignment, (bytes + kAlignment - 1) / kAlignment * kAlignment);
    bytes_ += ::malloc_usable_size(data);
    return {data, data, &release, c10::Device(c10::kCPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &release; }
  void copy_data(void* to, const void* from, std::size_t bytes) const override { default_copy_data(to, from, bytes); }

  double bytes() const { return static_cast<double>(bytes_); }

 private:
  static void release(void* data) {
    installed().bytes_ -= ::malloc_usable_size(data);
    std::free(data);
  }
  std::atomic<std::size_t> bytes_ = 0;
};

/// Ids of [batch, length] below the size of the vocabulary.
inline at::Tensor rising_ids(std::int64_t batch, std::int64_t length, std::int64_t vocab_size) {
  return at::arange(batch * length, at::kLong).remainder(vocab_size).view({batch, length});
}

/// Checks activation_bytes() within a tenth, in both precisions, as the model is trained: with its dropout. Each
/// tensor of the batch has the shape's size; the shape's number of labels, evenly spread, is scored.
inline void check_activation_bytes_of(Model& model, const BatchShape& shape, std::int64_t vocab_size) {
  CountingAllocator& memory = CountingAllocator::installed();
  model.initialize();
  model.training(true);
  Batch batch{.input_ids = rising_ids(shape.batch, shape.length, vocab_size)};
  const std::int64_t target = shape.target_length > 0 ? shape.target_length : shape.length;
  if (shape.target_length > 0) batch.decoder_input_ids = rising_ids(shape.batch, target, vocab_size);
  batch.labels = at::full({shape.batch * target}, kIgnoredLabel, at::kLong);
  for (std::int64_t i = 0; i < shape.scored; ++i) batch.labels[i * shape.batch * target / shape.scored] = 1;
  batch.labels = batch.labels.view({shape.batch, target});
  double weights = 0;
  for (const Parameter& parameter : model.parameters())
    if (parameter.tensor.dim() > 1) weights += static_cast<double>(parameter.tensor.numel());
  for (const bool bfloat16 : {false, true}) {
    INFO((bfloat16 ? "bfloat16" : "float32"));
    const double before = memory.bytes();
    if (bfloat16) {
      at::autocast::increment_nesting();
      at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
      at::autocast::set_autocast_enabled(at::kCPU, true);
    }
    const at::Tensor loss = model.loss(batch, shape.scored);
    if (bfloat16) {
      at::autocast::set_autocast_enabled(at::kCPU, false);
      at::autocast::decrement_nesting();
      at::autocast::clear_cache();
    }
    const double kept = memory.bytes() - before - (bfloat16 ? 2 * weights : 0);
    CHECK(model.activation_bytes(shape, bfloat16 ? 2 : 4) == Approx(kept).epsilon(0.1));
  }
}

/// The same of a small model with these options of its own, and a vocabulary of 512.
template <typename SomeModel>
void check_activation_bytes(const BatchShape& shape, std::map<std::string, OptionValue> own = {}) {
  constexpr std::int64_t kVocabulary = 512;
  own.merge(std::map<std::string, OptionValue>{{"vocab_size", kVocabulary},
                                               {"hidden_size", std::int64_t{128}},
                                               {"num_hidden_layers", std::int64_t{3}},
                                               {"num_attention_heads", std::int64_t{4}},
                                               {"intermediate_size", std::int64_t{512}}});
  SomeModel model(OptionValues(SomeModel::options(), own));
  check_activation_bytes_of(model, shape, kVocabulary);
}

}  // namespace folio::testing
