// What the model of a run's folder says, for open_in_transformers.py, which holds it against transformers:
// model_logits RUN_FOLDER <batch.json >logits.json
//   batch.json   {"input_ids": [[...]], "decoder_input_ids": [[...]]}, the latter for span corruption alone
//   logits.json  [samples, tokens, vocab_size]

#include <ATen/core/grad_mode.h>
#include <ATen/ops/tensor.h>

#include <iostream>
#include <nlohmann/json.hpp>
#include <vector>

#include "train/saving.h"
#include "worker/job.h"
#include "worker/model_folder.h"

namespace {

at::Tensor tensor_of(const nlohmann::json& rows) {
  std::vector<std::int64_t> ids;
  for (const auto& row : rows)
    for (const auto& id : row) ids.push_back(id);
  return at::tensor(ids, at::kLong).view({static_cast<std::int64_t>(rows.size()), -1});
}

}  // namespace

int main(int, char** arguments) {
  using namespace folio;
  const runs::RunFolder folder(arguments[1]);
  const worker::Job job = worker::Job::from_run(folder, worker::Job::Builds::any);
  const auto tokenizer = job.make_tokenizer();
  worker::load_tokenizer(*tokenizer, folder.model() / "tokenizer.json");
  const auto model = job.make_model(*tokenizer);
  train::load_model(*model, folder.model());
  model->training(false);

  const nlohmann::json given = nlohmann::json::parse(std::cin);
  Batch batch{.input_ids = tensor_of(given.at("input_ids"))};
  if (given.contains("decoder_input_ids")) batch.decoder_input_ids = tensor_of(given.at("decoder_input_ids"));
  const at::NoGradGuard no_grad;
  const at::Tensor logits = model->logits(batch).to(at::kFloat).contiguous();
  nlohmann::json samples = nlohmann::json::array();
  for (std::int64_t i = 0; i < logits.size(0); ++i) {
    nlohmann::json tokens = nlohmann::json::array();
    for (std::int64_t k = 0; k < logits.size(1); ++k) {
      const float* row = logits.const_data_ptr<float>() + (i * logits.size(1) + k) * logits.size(2);
      tokens.push_back(std::vector<float>(row, row + logits.size(2)));
    }
    samples.push_back(std::move(tokens));
  }
  std::cout << samples << "\n";
}
