#pragma once

#include <new>
#include <string>
#include <utility>

namespace folio::train {

/// There is no room for a tensor; says its size, that of all others, and whose limit it is.
class OutOfMemory : public std::bad_alloc {
 public:
  explicit OutOfMemory(std::string message) : message_(std::move(message)) {}
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  std::string message_;
};

/// Makes tensors on the processor take their memory from malloc(), in place of libtorch's posix_memalign(). A block
/// that glibc's posix_memalign() gave and that is free again is too small for the next request of the same size, since
/// that asks for the room to align it too; so holes between blocks that stay are not used again, and the heap grows.
/// With malloc() BERT in float32 peaks at 2.09 GB where it took 2.49 (`runner experiments/romeo-bert.yaml
/// training.max_steps=3 training.precision=float32`). Call once, before the first tensor.
///
/// A tensor for which there is no room, or that with all others is larger than memory_limit(), throws OutOfMemory:
/// the system grants more memory than there is, and ends a process that uses it.
void use_reusable_tensor_memory();

}  // namespace folio::train
