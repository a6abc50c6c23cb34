#pragma once

#include <cstddef>
#include <string>

#include "support/utf8.h"

namespace folio {

/// The tensors that do not fit a model, for a message: a line each, "\n  missing: transformer.wte.weight", up to a
/// limit.
class Misfits {
 public:
  /// Tensors that are named.
  static constexpr std::size_t kMostNamed = 20;

  /// `what`: "missing", "left over", "of another shape".
  void add(const std::string& what, const std::string& tensor) {
    if (count_++ < kMostNamed) text_ += "\n  " + what + ": " + without_controls(tensor);
  }
  bool any() const { return count_ > 0; }
  std::string text() const {
    return count_ > kMostNamed ? text_ + "\n  and " + std::to_string(count_ - kMostNamed) + " more" : text_;
  }

 private:
  std::size_t count_ = 0;
  std::string text_;
};

}  // namespace folio
