#pragma once

#include <cstdint>

namespace folio::nn::kernels {

/// Turns each pair (in[i], in[i + count / 2]) by an angle given by its cosine and sine, the sine times `direction`.
/// `out` must not be `in`.
void rotate_row(const float* in, std::int64_t count, const float* cosine, const float* sine, float direction,
                float* out);

}  // namespace folio::nn::kernels
