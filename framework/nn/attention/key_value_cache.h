#pragma once

#include <ATen/core/Tensor.h>

namespace folio::nn {

/// What attention looks keys up in: both [batch, key heads, length, width].
struct KeyValues {
  at::Tensor keys;
  at::Tensor values;
};

/// The keys and values that one layer has made of the tokens read so far, so that a further token costs only its own.
/// For inference alone: no gradient passes through it.
class KeyValueCache {
 public:
  /// Adds those of the tokens that follow; gives all so far, as views that later calls leave as they are.
  KeyValues append(const KeyValues& added);

  std::int64_t length() const { return length_; }

 private:
  KeyValues store_;  // with room for more: it doubles when it is full
  std::int64_t length_ = 0;
};

}  // namespace folio::nn
