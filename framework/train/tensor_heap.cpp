#include "train/tensor_heap.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/alignment.h>
#include <c10/util/Exception.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace folio::train {
namespace {

/// A tensor's memory begins at the first multiple of the alignment that leaves room before it for a pointer to the
/// block that malloc() gave.
class TensorHeap final : public c10::Allocator {
 public:
  c10::DataPtr allocate(std::size_t bytes) override {
    if (bytes == 0) return {nullptr, nullptr, &release, c10::Device(c10::kCPU)};
    void* const block = std::malloc(bytes + kRoom);
    TORCH_CHECK(block != nullptr, "there is not enough memory for a tensor of ", bytes, " bytes");
    const auto first = reinterpret_cast<std::uintptr_t>(block) + kRoom;
    auto* const data = reinterpret_cast<std::byte*>(first - first % c10::gAlignment);
    std::memcpy(data - sizeof(block), &block, sizeof(block));
    return {data, data, &release, c10::Device(c10::kCPU)};
  }

  c10::DeleterFnPtr raw_deleter() const override { return &release; }

  void copy_data(void* to, const void* from, std::size_t bytes) const override { default_copy_data(to, from, bytes); }

 private:
  static constexpr std::size_t kRoom = c10::gAlignment + sizeof(void*);

  static void release(void* data) {
    if (data == nullptr) return;
    void* block = nullptr;
    std::memcpy(&block, static_cast<std::byte*>(data) - sizeof(block), sizeof(block));
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
