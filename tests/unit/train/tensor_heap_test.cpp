#include "train/tensor_heap.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <vector>

using namespace folio;

namespace {

at::Tensor bytes(std::int64_t count) { return at::empty({count}, at::kByte); }

}  // namespace

TEST_CASE("a tensor's memory is taken again by the next of its size", "[train]") {
  train::use_reusable_tensor_memory();
  constexpr std::int64_t kSize = 50000;  // below what glibc maps apart
  std::vector<at::Tensor> kept, given_back;
  for (int i = 0; i < 50; ++i) {  // each between two that stay
    given_back.push_back(bytes(kSize));
    kept.push_back(bytes(kSize));
  }
  std::vector<const void*> places;
  for (const at::Tensor& tensor : given_back) places.push_back(tensor.const_data_ptr());
  given_back.clear();
  int taken = 0;
  for (int i = 0; i < 50; ++i) {
    kept.push_back(bytes(kSize));
    taken += static_cast<int>(std::count(places.begin(), places.end(), kept.back().const_data_ptr()));
  }
  CHECK(taken >= 49);  // of one with free memory before it, the place may be moved
}

TEST_CASE("tensors of every size are aligned and hold what is written", "[train]") {
  train::use_reusable_tensor_memory();
  std::vector<at::Tensor> tensors;
  for (const std::int64_t size : {0, 1, 7, 8, 63, 64, 65, 1000, 4096, 1 << 20}) {
    tensors.push_back(at::full({size}, static_cast<int>(tensors.size()), at::kByte));
    CHECK(reinterpret_cast<std::uintptr_t>(tensors.back().const_data_ptr()) % 64 == 0);
  }
  for (std::size_t i = 0; i < tensors.size(); ++i) CHECK(tensors[i].eq(static_cast<int>(i)).all().item<bool>());
}
