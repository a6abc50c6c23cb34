#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "folio/model.h"
#include "nn/attention/key_value_cache.h"

namespace folio::nn {

/// Decoding with a cache for each layer.
class CachedDecoding : public Decoding {
 public:
  /// Runs the model on the tokens [batch, length] that follow those in the caches, and adds them there; gives the
  /// logits after the last.
  using Step = std::function<at::Tensor(const at::Tensor& ids, std::vector<KeyValueCache>& caches)>;

  CachedDecoding(std::int64_t layers, Step step) : caches_(static_cast<std::size_t>(layers)), step_(std::move(step)) {}

  at::Tensor read(const at::Tensor& ids) override { return step_(ids, caches_); }

 private:
  std::vector<KeyValueCache> caches_;
  Step step_;
};

/// The cache of a layer, or none where there are none.
inline KeyValueCache* cache_of(std::vector<KeyValueCache>* caches, std::size_t layer) {
  return caches == nullptr ? nullptr : &(*caches)[layer];
}

/// How many tokens the caches hold.
inline std::int64_t tokens_read(const std::vector<KeyValueCache>* caches) {
  return caches == nullptr || caches->empty() ? 0 : caches->front().length();
}

}  // namespace folio::nn
