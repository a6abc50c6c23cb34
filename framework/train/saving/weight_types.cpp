#include "train/saving/weight_types.h"

#include <fmt/format.h>

#include "formats/safetensors.h"

namespace folio::train {

std::optional<at::ScalarType> weight_type_of(std::string_view dtype) {
  if (dtype == "F32") return at::kFloat;
  if (dtype == "F16") return at::kHalf;
  if (dtype == "BF16") return at::kBFloat16;
  return std::nullopt;
}

bool add_misfits(const std::string& name, std::string_view dtype, at::IntArrayRef shape, at::IntArrayRef wanted,
                 Misfits& misfits) {
  const bool fits = shape == wanted, is_known = weight_type_of(dtype).has_value();
  if (!fits) {
    misfits.add("of another shape", fmt::format("{} is {}, expected {}", name, shape_text({shape.data(), shape.size()}),
                                                shape_text({wanted.data(), wanted.size()})));
  }
  if (!is_known) misfits.add("of another type", fmt::format("{} is {}, expected F32, F16 or BF16", name, dtype));
  return fits && is_known;
}

}  // namespace folio::train
