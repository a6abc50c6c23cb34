#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace folio::data {

using Rows = std::vector<std::vector<std::int64_t>>;

/// The rows as [rows, longest] int64, the shorter ones filled up at the right.
at::Tensor padded(const Rows& rows, std::int64_t filler);

/// [rows, longest] bool, true where a row has a value; undefined when all rows are equally long.
at::Tensor mask_of(const Rows& rows);

}  // namespace folio::data
