// Tests of new_model. Each check prints what failed; the exit code is the number of failures.

#include <ATen/ops/randint.h>

#include <cmath>
#include <iostream>

#include "folio/model.h"
#include "folio/plugin.h"

extern "C" const folio::PluginDescriptor* folio_plugin();

namespace {

int failures = 0;

void check(bool holds, const char* what) {
  if (holds) return;
  std::cerr << "failed: " << what << '\n';
  ++failures;
}

}  // namespace

int main() {
  constexpr std::int64_t kVocabulary = 50;
  const folio::OptionValues values(folio_plugin()->options(), {{"vocab_size", kVocabulary}});
  const auto model = folio_plugin()->make_model(values);
  model->initialize();
  model->training(true);

  folio::Batch batch{.input_ids = at::randint(kVocabulary, {2, 8}, at::kLong)};
  batch.labels = at::randint(kVocabulary, {2, 8}, at::kLong);
  const at::Tensor loss = model->loss(batch, /*num_items=*/16);
  check(std::abs(loss.item<double>() - std::log(kVocabulary)) < 0.1, "an untrained model guesses");
  check(model->logits(batch).sizes() == at::IntArrayRef({2, 8, kVocabulary}),
        "every token is scored at every position");

  loss.backward();
  for (const folio::Parameter& parameter : model->parameters())
    check(parameter.tensor.grad().defined(), parameter.name.c_str());

  // Causal: a change at the end changes nothing before it.
  folio::Batch other{.input_ids = batch.input_ids.clone()};
  other.input_ids.select(1, 7).fill_(0);
  const auto first = [&](const folio::Batch& of) { return model->logits(of).narrow(1, 0, 7); };
  check(first(batch).equal(first(other)), "no token sees those after it");
  return failures;
}
