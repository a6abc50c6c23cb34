#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <string_view>

#include "formats/misfits.h"

/// What a stored tensor has to be to fill a parameter, which is float32.
namespace folio::train {

/// Of the types that weights are stored in: F32, F16 and BF16; none for others.
std::optional<at::ScalarType> weight_type_of(std::string_view dtype);

/// Adds what keeps the stored tensor `name` from filling a parameter of the shape `wanted`: its shape, its type.
/// Whether nothing does.
bool add_misfits(const std::string& name, std::string_view dtype, at::IntArrayRef shape, at::IntArrayRef wanted,
                 Misfits& misfits);

}  // namespace folio::train
