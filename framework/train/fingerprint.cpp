#include "train/fingerprint.h"

#include <ATen/CPUGeneratorImpl.h>

#include <string>
#include <string_view>

#include "support/sha256.h"

namespace folio::train {
namespace {

void add(Sha256& hash, const at::Tensor& tensor) {
  if (!tensor.defined()) return hash.update("none");
  const at::Tensor whole = tensor.contiguous();
  hash.update({static_cast<const char*>(whole.const_data_ptr()), whole.nbytes()});
}

std::uint64_t first_word(Sha256& hash) {
  constexpr std::size_t kDigits = 16;
  return std::stoull(hash.hex_digest().substr(0, kDigits), nullptr, kDigits);
}

}  // namespace

std::uint64_t hash_of(std::span<const Batch> batches) {
  Sha256 hash;
  for (const Batch& batch : batches)
    for (const at::Tensor* tensor : {&batch.input_ids, &batch.attention_mask, &batch.decoder_input_ids, &batch.labels})
      add(hash, *tensor);
  return first_word(hash);
}

std::uint64_t hash_of_random_state() {
  Sha256 hash;
  add(hash, at::detail::getDefaultCPUGenerator().get_state());
  return first_word(hash);
}

}  // namespace folio::train
