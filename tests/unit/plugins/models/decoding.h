#pragma once

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>

#include <catch2/catch.hpp>

#include "folio/model.h"

namespace folio::testing {

/// Checks that a model's decoding gives for a text in pieces what the model gives for all of it again each time, and
/// that both choose the same most probable tokens. `source` is empty for a causal model.
inline void check_decoding(Model& model, const Batch& source, const at::Tensor& beginning, int new_tokens) {
  const at::NoGradGuard no_grad;
  model.training(false);
  const auto cached = model.begin_decoding(source);
  RecomputingDecoding again(model, source);
  at::Tensor ids = beginning;
  for (int i = 0; i < new_tokens; ++i) {
    const at::Tensor logits = cached->read(ids);
    const at::Tensor wanted = again.read(ids);
    const double largest = wanted.abs().max().item<double>();
    CHECK(logits.sub(wanted).abs().max().item<double>() < 1e-5 * largest);
    ids = logits.argmax(-1, /*keepdim=*/true);
    CHECK(ids.equal(wanted.argmax(-1, true)));
  }
}

}  // namespace folio::testing
