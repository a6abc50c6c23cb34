#include "nn/attention/key_value_cache.h"

#include <ATen/ops/empty.h>

#include <algorithm>

namespace folio::nn {
namespace {

/// `store`'s first `length` in a tensor with room for `capacity`; the shape and type are those of `like`.
at::Tensor grown(const at::Tensor& store, std::int64_t length, std::int64_t capacity, const at::Tensor& like) {
  at::Tensor larger = at::empty({like.size(0), like.size(1), capacity, like.size(3)}, like.options());
  if (length > 0) larger.narrow(2, 0, length).copy_(store.narrow(2, 0, length));
  return larger;
}

}  // namespace

KeyValues KeyValueCache::append(const KeyValues& added) {
  const std::int64_t count = added.keys.size(2);
  const std::int64_t room = store_.keys.defined() ? store_.keys.size(2) : 0;
  if (length_ + count > room) {
    constexpr std::int64_t kLeastRoom = 64;
    const std::int64_t capacity = std::max({2 * room, length_ + count, kLeastRoom});
    store_ = {grown(store_.keys, length_, capacity, added.keys), grown(store_.values, length_, capacity, added.values)};
  }
  store_.keys.narrow(2, length_, count).copy_(added.keys);
  store_.values.narrow(2, length_, count).copy_(added.values);
  length_ += count;
  return {store_.keys.narrow(2, 0, length_), store_.values.narrow(2, 0, length_)};
}

}  // namespace folio::nn
