#include "nn/layers/tied_head.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/randint.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "folio/objective.h"
#include "nn/layers/embedding.h"
#include "unit/nn/testing.h"

using namespace folio::nn;
using namespace folio::nn::testing;

namespace {

constexpr std::int64_t kVocabulary = 103, kHeadWidth = 24;

at::Tensor some_labels() {
  at::Tensor labels = at::randint(kVocabulary, {4, 9}, at::TensorOptions().dtype(at::kLong));
  labels.select(0, 1).slice(0, 5).fill_(folio::kIgnoredLabel);
  labels.select(0, 3).fill_(folio::kIgnoredLabel);
  return labels;
}

at::Tensor by_definition(const at::Tensor& hidden, const at::Tensor& table, const at::Tensor& labels,
                         std::int64_t num_items) {
  return at::cross_entropy_loss(at::linear(hidden, table).flatten(0, 1), labels.flatten(), {}, at::Reduction::Sum,
                                folio::kIgnoredLabel)
      .div(static_cast<double>(num_items));
}

}  // namespace

TEST_CASE("the head's loss and gradients equal projection and cross-entropy, ignored labels left out") {
  seed(1);
  const at::Tensor table = leaf({kVocabulary, kHeadWidth});
  const at::Tensor hidden = leaf({4, 9, kHeadWidth});
  const double scale = GENERATE(1.0, 0.25);  // of the loss, before the backward pass
  for (const at::Tensor& labels : {some_labels(), some_labels().clamp_min(0)}) {
    const at::Tensor loss = TiedHead(table).loss(hidden, labels, 20);
    const at::Tensor wanted = by_definition(hidden, table, labels, 20);
    CHECK(loss.scalar_type() == at::kFloat);
    CHECK(difference(loss, wanted) < 1e-6);
    loss.mul(scale).backward();
    const at::Tensor hidden_gradient = take_gradient(hidden);
    const at::Tensor table_gradient = take_gradient(table);
    wanted.mul(scale).backward();
    CHECK(difference(hidden_gradient, take_gradient(hidden)) < 1e-5);
    CHECK(difference(table_gradient, take_gradient(table)) < 1e-5);
  }
}

TEST_CASE("a head that smooths labels equals torch's cross-entropy with label_smoothing") {
  seed(6);
  const at::Tensor table = leaf({kVocabulary, kHeadWidth});
  const at::Tensor hidden = leaf({4, 9, kHeadWidth});
  const double smoothing = GENERATE(0.1, 0.6);
  const at::Tensor labels = some_labels();
  const at::Tensor loss = TiedHead(table).loss(hidden, labels, 20, smoothing);
  const at::Tensor wanted = at::cross_entropy_loss(at::linear(hidden, table).flatten(0, 1), labels.flatten(), {},
                                                   at::Reduction::Sum, folio::kIgnoredLabel, smoothing)
                                .div(20);
  CHECK(difference(loss, wanted) < 1e-6);
  CHECK(difference(loss, TiedHead(table).loss(hidden, labels, 20)) > 1e-3);
  loss.backward();
  const at::Tensor hidden_gradient = take_gradient(hidden);
  const at::Tensor table_gradient = take_gradient(table);
  wanted.backward();
  CHECK(difference(hidden_gradient, take_gradient(hidden)) < 1e-5);
  CHECK(difference(table_gradient, take_gradient(table)) < 1e-5);
}

TEST_CASE("a head with a bias equals projection, addition and cross-entropy") {
  seed(4);
  const at::Tensor table = leaf({kVocabulary, kHeadWidth});
  const at::Tensor bias = leaf({kVocabulary});
  const at::Tensor hidden = leaf({4, 9, kHeadWidth});
  const at::Tensor labels = some_labels();
  const TiedHead head(table, bias);
  const at::Tensor wanted_logits = at::linear(hidden, table, bias);
  CHECK(difference(head.logits(hidden), wanted_logits) < 1e-6);
  const auto gradients = [&](const at::Tensor& loss) {
    loss.mul(0.5).backward();
    return std::vector{take_gradient(hidden), take_gradient(table), take_gradient(bias)};
  };
  const auto found = gradients(head.loss(hidden, labels, 20));
  const auto wanted =
      gradients(at::cross_entropy_loss(wanted_logits.flatten(0, 1), labels.flatten(), {}, at::Reduction::Sum).div(20));
  for (std::size_t i = 0; i < wanted.size(); ++i) CHECK(difference(found[i], wanted[i]) < 1e-5);
}

TEST_CASE("scored rows are those with a label, in order, with their gradients") {
  const at::Tensor hidden = leaf({4, 9, kHeadWidth});
  const at::Tensor labels = some_labels();
  const ScoredRows scored = scored_rows(hidden, labels);
  const at::Tensor chosen = labels.flatten().ne(folio::kIgnoredLabel);
  CHECK(scored.labels.equal(labels.flatten().masked_select(chosen)));
  CHECK(scored.hidden.size(0) == scored.labels.size(0));
  scored.hidden.sum().backward();
  CHECK(hidden.grad().sum(-1).flatten().equal(chosen.to(at::kFloat).mul(kHeadWidth)));
}

TEST_CASE("the head's loss without gradients is the same") {
  seed(2);
  const at::Tensor table = leaf({kVocabulary, kHeadWidth});
  const at::Tensor hidden = at::randn({4, 9, kHeadWidth});
  const at::Tensor labels = some_labels();
  const float with = TiedHead(table).loss(hidden, labels, 5).item<float>();
  const at::NoGradGuard no_grad;
  CHECK(TiedHead(table).loss(hidden, labels, 5).item<float>() == with);
}

TEST_CASE("rows that make their number even change neither the loss nor the gradients") {
  seed(2);
  const at::Tensor table = leaf({kVocabulary, kHeadWidth});
  const at::Tensor bias = leaf({kVocabulary});
  const at::Tensor hidden = leaf({4, 9, kHeadWidth});
  const at::Tensor labels = some_labels();
  const TiedHead head(table, bias);
  const auto gradients_of = [&](const at::Tensor& loss) {
    for (const at::Tensor& tensor : {table, bias, hidden}) tensor.mutable_grad() = at::Tensor();
    loss.backward();
    return std::vector<at::Tensor>{table.grad(), bias.grad(), hidden.grad()};
  };
  const ScoredRows rows = evened_rows(hidden, labels);
  CHECK(rows.labels.numel() % 8 == 0);
  CHECK(rows.labels.ne(folio::kIgnoredLabel).sum().item<std::int64_t>() ==
        labels.ne(folio::kIgnoredLabel).sum().item<std::int64_t>());
  const double smoothing = GENERATE(0.0, 0.1);
  const at::Tensor plain = head.loss(hidden, labels, 20, smoothing), evened = head.loss(rows, 20, smoothing);
  CHECK(evened.item<float>() == Approx(plain.item<float>()));
  const auto wanted = gradients_of(plain), found = gradients_of(evened);
  for (std::size_t i = 0; i < wanted.size(); ++i) CHECK(difference(found[i], wanted[i]) < 1e-6);
}

TEST_CASE("the losses of the tokens are what the loss adds up, one for each label") {
  seed(2);
  const at::Tensor table = leaf({kVocabulary, kHeadWidth});
  const at::Tensor bias = leaf({kVocabulary});
  const at::Tensor hidden = at::randn({4, 9, kHeadWidth});
  const at::Tensor labels = some_labels();
  const at::Tensor losses = TiedHead(table, bias).token_losses(hidden, labels);
  const at::Tensor chosen = labels.flatten().ne(folio::kIgnoredLabel);
  const at::Tensor expected = at::cross_entropy_loss(at::linear(hidden, table, bias).flatten(0, 1).index({chosen}),
                                                     labels.flatten().index({chosen}), {}, 0);
  CHECK(difference(losses, expected) < 1e-5);
  CHECK(losses.sum().item<float>() == Approx(TiedHead(table, bias).loss(hidden, labels, 1).item<float>()));
}

TEST_CASE("a batch without any label has loss 0 and gradients 0") {
  const at::Tensor table = leaf({kVocabulary, kHeadWidth});
  const at::Tensor hidden = leaf({1, 3, kHeadWidth});
  const at::Tensor loss = TiedHead(table).loss(hidden, some_labels().slice(0, 3).slice(1, 0, 3), 7);
  CHECK(loss.item<float>() == 0);
  loss.backward();
  CHECK(table.grad().eq(0).all().item<bool>());
  CHECK(hidden.grad().eq(0).all().item<bool>());
}

TEST_CASE("a label out of range is refused") {
  const at::Tensor table = leaf({kVocabulary, kHeadWidth});
  const at::Tensor hidden = leaf({4, 9, kHeadWidth});
  CHECK_THROWS_WITH(TiedHead(table).loss(hidden, some_labels().masked_fill(some_labels().eq(-100), kVocabulary), 1),
                    Catch::Matchers::Contains("label is out of range"));
}

TEST_CASE("a loss of hidden states that are not numbers is not a number") {
  const at::Tensor table = leaf({kVocabulary, kHeadWidth});
  const at::Tensor hidden = at::randn({4, 9, kHeadWidth}).mul(std::numeric_limits<double>::quiet_NaN());
  CHECK(std::isnan(TiedHead(table).loss(hidden, some_labels(), 1).item<float>()));
}

TEST_CASE("the padding token's embedding begins as zeros and gets no gradient") {
  ParameterSet parameters;
  const Embedding embedding(parameters, "tokens",
                            {.count = 5, .width = 3, .weight = normal(1), .tied = false, .padding_id = 2});
  parameters.initialize();
  CHECK(embedding.weight().detach().select(0, 2).eq(0).all().item<bool>());
  CHECK(embedding.weight().detach().select(0, 1).ne(0).any().item<bool>());
  embedding(at::randint(2, 4, {6}, at::TensorOptions().dtype(at::kLong))).sum().backward();
  CHECK(embedding.weight().grad().select(0, 2).eq(0).all().item<bool>());
}

TEST_CASE("a table that is embedding and head gets one dense gradient, the sum of both") {
  seed(3);
  ParameterSet parameters;
  const Embedding embedding(parameters, "tokens",
                            {.count = kVocabulary, .width = kHeadWidth, .weight = normal(1), .tied = true});
  parameters.initialize();
  const at::Tensor table = embedding.weight();
  const at::Tensor ids = at::randint(kVocabulary, {4, 9}, at::TensorOptions().dtype(at::kLong));
  const at::Tensor labels = some_labels();
  for (int repeat = 0; repeat < 2; ++repeat)  // the second adds to the gradient of the first
    TiedHead(table).loss(embedding(ids), labels, 20).backward();
  const at::Tensor gradient = take_gradient(table);
  CHECK(gradient.layout() == at::kStrided);
  by_definition(table.index_select(0, ids.flatten()).view({4, 9, kHeadWidth}), table, labels, 10).backward();
  CHECK(difference(gradient, table.grad()) < 1e-5);
}
