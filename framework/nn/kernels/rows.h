#pragma once

#include <cstdint>

/// Loops over rows of numbers, without libtorch. All arithmetic is in float32; bfloat16 is only how a row may be kept.
/// A row is worked on by one thread from one end to the other, so results do not depend on the number of threads.
namespace folio::nn::kernels {

/// Compiles a function for several levels of the instruction set; the best that the processor has is chosen when the
/// library is loaded.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define FOLIO_VECTORISED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define FOLIO_VECTORISED
#endif

enum class ElementType { float32, bfloat16 };

/// Numbers that lie one after the other in memory. Does not own them.
struct ConstElements {
  const void* data;
  ElementType type;
};
struct Elements {
  void* data;
  ElementType type;
};

/// The `count` numbers from index `begin` on as float32: where they lie, or converted into `scratch`.
const float* load(ConstElements from, std::int64_t begin, std::int64_t count, float* scratch);

/// Where to write numbers for store(): at their place, or in `scratch` when they must be converted.
float* place(Elements to, std::int64_t begin, float* scratch);

/// Brings numbers that were written at place() to their place, rounded to nearest even.
void store(const float* values, std::int64_t count, Elements to, std::int64_t begin);

}  // namespace folio::nn::kernels
