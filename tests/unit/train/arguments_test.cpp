#include "train/arguments.h"

#include <catch2/catch.hpp>

#include "folio/error.h"

using namespace folio;
using namespace folio::train;

namespace {

TrainingArguments arguments_of(const std::map<std::string, OptionValue>& given) {
  return training_arguments(OptionValues(training_option_table(), given));
}

}  // namespace

TEST_CASE("training arguments have the defaults of Hugging Face's TrainingArguments") {
  const TrainingArguments a = arguments_of({});
  CHECK(a.num_train_epochs == 3);
  CHECK(a.per_device_train_batch_size == 8);
  CHECK(a.learning_rate == 5e-5);
  CHECK(a.weight_decay == 0);
  CHECK(a.adam_beta2 == 0.999);
  CHECK(a.max_grad_norm == 1);
  CHECK(a.seed == 42);
  CHECK(a.data_seed == 42);
  CHECK(a.logging_steps == 500);
  CHECK(a.eval_strategy == Interval::no);
  CHECK(a.save_strategy == Interval::steps);
}

TEST_CASE("evaluation steps follow logging steps unless given") {
  CHECK(arguments_of({{"logging_steps", std::int64_t{7}}}).eval_steps == 7);
  CHECK(arguments_of({{"logging_steps", std::int64_t{7}}, {"eval_steps", std::int64_t{9}}}).eval_steps == 9);
}

TEST_CASE("the best model is not to be had without evaluation and saving at the same steps") {
  CHECK_THROWS_WITH(arguments_of({{"load_best_model_at_end", true}}), Catch::Contains("eval_strategy"));
  CHECK_THROWS_WITH(arguments_of({{"early_stopping_patience", std::int64_t{2}}}), Catch::Contains("eval_strategy"));
  CHECK_THROWS_AS(arguments_of({{"load_best_model_at_end", true},
                                {"eval_strategy", std::string("steps")},
                                {"eval_steps", std::int64_t{10}},
                                {"save_steps", std::int64_t{15}}}),
                  Error);
  CHECK(arguments_of({{"load_best_model_at_end", true},
                      {"eval_strategy", std::string("epoch")},
                      {"save_strategy", std::string("epoch")}})
            .load_best_model_at_end);
}
