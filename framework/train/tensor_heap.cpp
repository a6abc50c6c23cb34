#include "train/tensor_heap.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/alignment.h>
#include <fmt/format.h>
#include <malloc.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "support/human.h"
#include "support/machine/memory_limit.h"

namespace folio::train {
namespace {

/// A tensor's memory begins at the first multiple of the alignment that leaves room before it for a pointer to the
/// block that malloc() gave.
class TensorHeap final : public c10::Allocator {
 public:
  c10::DataPtr allocate(std::size_t bytes) override {
    if (bytes == 0) return {nullptr, nullptr, &release, c10::Device(c10::kCPU)};
    const auto taken = static_cast<double>(taken_.load(std::memory_order_relaxed));
    void* const block = static_cast<double>(bytes) + taken <= limit_.bytes ? std::malloc(bytes + kRoom) : nullptr;
    if (block == nullptr) {
      throw OutOfMemory(fmt::format(
          "there is not enough memory: a tensor of {} was asked for, with {} taken by others, but {} has {}",
          human_bytes(static_cast<double>(bytes)), human_bytes(taken), limit_.whose, human_bytes(limit_.bytes)));
    }
    taken_.fetch_add(::malloc_usable_size(block), std::memory_order_relaxed);
    const auto first = reinterpret_cast<std::uintptr_t>(block) + kRoom;
    auto* const data = reinterpret_cast<std::byte*>(first - first % c10::gAlignment);
    std::memcpy(data - sizeof(block), &block, sizeof(block));
    return {data, data, &release, c10::Device(c10::kCPU)};
  }

  c10::DeleterFnPtr raw_deleter() const override { return &release; }

  void copy_data(void* to, const void* from, std::size_t bytes) const override { default_copy_data(to, from, bytes); }

 private:
  static constexpr std::size_t kRoom = c10::gAlignment + sizeof(void*);

  const MemoryLimit limit_ = memory_limit();
  static inline std::atomic<std::size_t> taken_{0};  // by all tensors; what deletes one knows no object

  static void release(void* data) {
    if (data == nullptr) return;
    void* block = nullptr;
    std::memcpy(&block, static_cast<std::byte*>(data) - sizeof(block), sizeof(block));
    taken_.fetch_sub(::malloc_usable_size(block), std::memory_order_relaxed);
    std::free(block);
  }
};

}  // namespace

void use_reusable_tensor_memory() {
  constexpr std::uint8_t kOverDefault = 1;
  static TensorHeap heap;
  c10::SetCPUAllocator(&heap, kOverDefault);
}

}  // namespace folio::train
