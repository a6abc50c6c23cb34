#pragma once

#include <cstdint>
#include <vector>

#include "folio/model.h"

namespace folio::train {

/// A linear layer's matrix products in a training step, which are three: [rows, in] times [in, out], and the gradients
/// of the layer's input and weight.
struct Product {
  std::int64_t rows = 0;
  std::int64_t in = 0;
  std::int64_t out = 0;
  std::int64_t count = 1;  ///< layers of this shape

  /// Floating-point operations of one such layer, two a multiply-add.
  double operations() const;

  bool operator==(const Product&) const = default;
};

/// Those of a model's step over a batch of this shape, equal ones together. Each parameter [out, in] is one, with a row
/// for each token that passes it: those of the decoder behind an encoder (names that begin with "decoder.") the
/// target's, those of the head the scored ones. A table of embeddings is looked up; the one of `vocab_size` tokens is a
/// product where the model has no other head. Attention's products, which have no parameters, are left out. A model
/// without such parameters is held against a layer of 768 by 768.
std::vector<Product> products_of(const Model& model, const BatchShape& shape, std::int64_t vocab_size);

}  // namespace folio::train
