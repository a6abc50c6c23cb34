#include "train/products.h"

#include <algorithm>

namespace folio::train {
namespace {

bool is_head_table(const Parameter& parameter, std::int64_t vocab_size) {
  return parameter.part == Part::head && parameter.tensor.dim() == 2 && parameter.tensor.size(0) == vocab_size;
}

std::int64_t rows_of(const Parameter& parameter, const BatchShape& shape) {
  // A table of embeddings that is multiplied stands in for the head.
  if (parameter.part == Part::head || parameter.part == Part::embeddings) return shape.scored;
  const bool reads_targets = shape.target_length > 0 && parameter.name.starts_with("decoder.");
  return shape.batch * (reads_targets ? shape.target_length : shape.length);
}

void add(const Product& product, std::vector<Product>& products) {
  const auto same = std::find_if(products.begin(), products.end(), [&](const Product& other) {
    return other.rows == product.rows && other.in == product.in && other.out == product.out;
  });
  if (same != products.end())
    ++same->count;
  else
    products.push_back(product);
}

}  // namespace

double Product::operations() const {
  constexpr double kProducts = 3, kOfMultiplyAdd = 2;
  return kProducts * kOfMultiplyAdd * static_cast<double>(rows) * static_cast<double>(in) * static_cast<double>(out);
}

std::vector<Product> products_of(const Model& model, const BatchShape& shape, std::int64_t vocab_size) {
  const std::vector<Parameter>& parameters = model.parameters();
  const bool has_head_table = std::any_of(parameters.begin(), parameters.end(),
                                          [&](const Parameter& each) { return is_head_table(each, vocab_size); });
  bool head_found = has_head_table;
  std::vector<Product> products;
  for (const Parameter& parameter : parameters) {
    if (parameter.tensor.dim() != 2) continue;
    if (parameter.part == Part::embeddings) {
      if (head_found || parameter.tensor.size(0) != vocab_size) continue;
      head_found = true;
    }
    add({.rows = std::max<std::int64_t>(1, rows_of(parameter, shape)),
         .in = parameter.tensor.size(1),
         .out = parameter.tensor.size(0)},
        products);
  }
  constexpr std::int64_t kUsual = 768;
  if (products.empty()) products.push_back({.rows = kUsual, .in = kUsual, .out = kUsual});
  return products;
}

}  // namespace folio::train
