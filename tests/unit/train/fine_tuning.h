#pragma once

#include <functional>
#include <string>
#include <vector>

#include "folio/error.h"
#include "train/arguments.h"
#include "unit/train/family.h"

/// What the tests of adapters and of their files share.
namespace folio::train {

inline const std::vector<std::string> kModels{"gpt", "llama", "bert", "distilbert", "t5"};

/// Of an Error of the kind experiment.
inline std::string message_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::experiment);
    return error.what();
  }
  return "nothing was thrown";
}

inline TrainingArguments fine_tuning_arguments(const nlohmann::json& given) {
  nlohmann::json all{{"per_device_train_batch_size", 4}, {"logging_steps", 1}, {"save_strategy", "no"}};
  all.update(given);
  return training_arguments(option_values_from_json(training_option_table(), all));
}

inline Batch first_batch(const std::string& name) {
  const std::vector<std::int64_t> first{0, 1, 2, 3};
  return collator_of(name, "long")->collate(samples_of_kind("long"), first, 0);
}

}  // namespace folio::train
