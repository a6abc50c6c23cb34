#include "nn/layers/activation.h"

#include <ATen/ops/gelu.h>

#include <catch2/catch.hpp>

#include "unit/nn/testing.h"

using namespace folio::nn;
using namespace folio::nn::testing;

TEST_CASE("gelu_new and its gradient equal libtorch's, far from 0 too") {
  seed(1);
  const at::Tensor input = at::randn({3, 5000}).mul(4).set_requires_grad(true);
  const at::Tensor factor = at::randn({3, 5000});
  const at::Tensor out = activate(Activation::gelu_new, input);
  const at::Tensor wanted = at::gelu(input, "tanh");
  CHECK(difference(out, wanted) < 1e-6);
  out.mul(factor).sum().backward();
  const at::Tensor gradient = take_gradient(input);
  wanted.mul(factor).sum().backward();
  CHECK(difference(gradient, take_gradient(input)) < 1e-6);
}

TEST_CASE("gelu_new in bfloat16 is float32's result, rounded") {
  seed(2);
  const at::Tensor input = at::randn({2049}).to(at::kBFloat16);
  const at::Tensor out = activate(Activation::gelu_new, input);
  CHECK(out.equal(activate(Activation::gelu_new, input.to(at::kFloat)).to(at::kBFloat16)));
}

TEST_CASE("every activation is found by its name") {
  for (const std::string& name : activation_names())
    CHECK_NOTHROW(activate(activation_from_string(name), at::randn({4})));
  CHECK(activation_from_string("gelu_new") == Activation::gelu_new);
  CHECK(activation_from_string("silu") == Activation::silu);
}

TEST_CASE("a gate multiplies what it is given, and both gradients equal the definition's") {
  seed(3);
  const at::Tensor gate = leaf({3, 5000});
  const at::Tensor input = leaf({3, 5000});
  const at::Tensor factor = at::randn({3, 5000});
  for (const Activation activation : {Activation::silu, Activation::gelu_new}) {
    const auto gradients = [&](const at::Tensor& out) {
      out.mul(factor).sum().backward();
      return std::pair(take_gradient(gate), take_gradient(input));
    };
    const at::Tensor out = activate_gate(activation, gate, input);
    const at::Tensor wanted = activate(activation, gate).mul(input);
    CHECK(difference(out, wanted) < 1e-6);
    const auto found = gradients(out);
    const auto expected = gradients(wanted);
    CHECK(difference(found.first, expected.first) < 1e-6);
    CHECK(difference(found.second, expected.second) < 1e-6);
  }
}

TEST_CASE("a gate in bfloat16 is float32's result, rounded") {
  seed(4);
  const at::Tensor gate = at::randn({2049}).to(at::kBFloat16);
  const at::Tensor input = at::randn({2049}).to(at::kBFloat16);
  const at::Tensor wanted = activate_gate(Activation::silu, gate.to(at::kFloat), input.to(at::kFloat));
  CHECK(activate_gate(Activation::silu, gate, input).equal(wanted.to(at::kBFloat16)));
}
