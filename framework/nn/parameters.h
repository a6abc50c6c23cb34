#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "folio/model.h"

namespace folio::nn {

/// How a parameter is filled before training.
struct Initializer {
  enum class Kind { normal, uniform, constant, sinusoidal };
  Kind kind = Kind::constant;
  double value = 0;  ///< of all elements, or the deviation of a normal distribution about 0, or the largest magnitude
  std::int64_t zero_row = -1;  ///< a row that begins as zeros all the same
};

constexpr Initializer normal(double deviation) { return {Initializer::Kind::normal, deviation}; }
constexpr Initializer uniform(double bound) { return {Initializer::Kind::uniform, bound}; }
constexpr Initializer constant(double value) { return {Initializer::Kind::constant, value}; }
constexpr Initializer zeros() { return constant(0); }
constexpr Initializer ones() { return constant(1); }
/// Positions as in "Attention Is All You Need", section 3.5: row p has sin(p / 10000^(2i / width)) in its columns 2i
/// and the cosine of the same in its columns 2i + 1.
constexpr Initializer sinusoidal() { return {Initializer::Kind::sinusoidal}; }

/// The low-rank adapter of a linear layer; there is none while `a` is undefined. See folio::Lora.
struct LinearAdapter {
  at::Tensor a;        ///< [rank, in]
  at::Tensor b;        ///< [out, rank]
  double scale = 0;    ///< of what they add
  double dropout = 0;  ///< of the layer's input before `a`, 0 outside training
};

/// The learned tensors of a model, in the order in which its layers ask for them, which must be that of Hugging Face's
/// class. Layers keep the tensors that they get, so filling or moving one (set_data) is seen by all.
class ParameterSet {
 public:
  /// Sets memory aside for one and does not fill it, so that a model can be built to be counted. It decays as
  /// Hugging Face's Trainer has it: norms do not, nor what has "bias" in its name, as T5's relative positions have.
  at::Tensor add(const std::string& name, at::IntArrayRef shape, Part part, Initializer initializer,
                 bool transposed_in_file = false);

  /// Notes a linear layer [out, in] whose parameters were just added, and gives the place of its adapter, which stays
  /// empty until add_lora() fills it.
  std::shared_ptr<const LinearAdapter> add_linear(const std::string& name, std::int64_t in, std::int64_t out,
                                                  Part part);

  const std::vector<Parameter>& list() const { return list_; }

  /// Fills all, in order, from torch's default generator.
  void initialize();

  /// The names given to add_linear().
  std::vector<std::string> linear_layers() const;

  /// See Model::add_lora(). Throws std::logic_error for a layer that there is not.
  void add_lora(const Lora& lora);
  const Lora* lora() const { return lora_ ? &*lora_ : nullptr; }

  /// Whether the adapters' dropout is applied.
  void training(bool on);

 private:
  struct LinearLayer {
    std::string name;
    std::int64_t in, out;
    Part part;
    std::size_t end;  ///< of its parameters in list_
    std::shared_ptr<LinearAdapter> adapter;
  };

  std::vector<Parameter> list_;
  std::vector<Initializer> initializers_;
  std::vector<LinearLayer> linear_layers_;
  std::optional<Lora> lora_;
};

}  // namespace folio::nn
