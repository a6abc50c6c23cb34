#pragma once

#include <string>
#include <vector>

#include "folio/model.h"
#include "nn/parameters.h"

namespace folio::nn {

/// What every model has that is built of the layers here: its parameters, and whether it trains.
class ModelBase : public Model {
 public:
  const std::vector<Parameter>& parameters() const override { return parameters_.list(); }
  void initialize() override { parameters_.initialize(); }
  void training(bool on) override {
    training_ = on;
    parameters_.training(on);
  }
  std::vector<std::string> linear_layers() const override { return parameters_.linear_layers(); }
  void add_lora(const Lora& lora) override { parameters_.add_lora(lora); }
  const Lora* lora() const override { return parameters_.lora(); }

 protected:
  /// The probability of a dropout: the one given while the model trains, else 0.
  double active(double dropout) const { return training_ ? dropout : 0; }

  ParameterSet parameters_;

 private:
  bool training_ = false;
};

/// The layers make(0) .. make(count - 1), made in this order.
template <typename Make>
auto make_layers(std::int64_t count, const Make& make) {
  std::vector<decltype(make(count))> layers;
  for (std::int64_t layer = 0; layer < count; ++layer) layers.push_back(make(layer));
  return layers;
}

}  // namespace folio::nn
