#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "folio/model.h"

namespace folio::nn {

/// How a parameter is filled before training.
struct Initializer {
  enum class Kind { normal, constant, sinusoidal };
  Kind kind = Kind::constant;
  double value = 0;            ///< of all elements, or the deviation of a normal distribution about 0
  std::int64_t zero_row = -1;  ///< a row that begins as zeros all the same
};

constexpr Initializer normal(double deviation) { return {Initializer::Kind::normal, deviation}; }
constexpr Initializer constant(double value) { return {Initializer::Kind::constant, value}; }
constexpr Initializer zeros() { return constant(0); }
constexpr Initializer ones() { return constant(1); }
/// Positions as in "Attention Is All You Need", section 3.5: row p has sin(p / 10000^(2i / width)) in its columns 2i
/// and the cosine of the same in its columns 2i + 1.
constexpr Initializer sinusoidal() { return {Initializer::Kind::sinusoidal}; }

/// The learned tensors of a model, in the order in which its layers ask for them, which must be that of Hugging Face's
/// class. Layers keep the tensors that they get, so filling or moving one (set_data) is seen by all.
class ParameterSet {
 public:
  /// Sets memory aside for one and does not fill it, so that a model can be built to be counted. It decays as
  /// Hugging Face's Trainer has it: norms do not, nor what has "bias" in its name, as T5's relative positions have.
  at::Tensor add(const std::string& name, at::IntArrayRef shape, Part part, Initializer initializer,
                 bool transposed_in_file = false);

  const std::vector<Parameter>& list() const { return list_; }

  /// Fills all, in order, from torch's default generator.
  void initialize();

 private:
  std::vector<Parameter> list_;
  std::vector<Initializer> initializers_;
};

}  // namespace folio::nn
