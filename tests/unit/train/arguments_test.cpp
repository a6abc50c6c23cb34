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
  CHECK(a.optim == OptimizerType::adamw);
  CHECK(a.schedule.type == ScheduleType::linear);
  CHECK_FALSE(a.warmup_ratio);
  CHECK(a.max_eval_samples == 0);
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

TEST_CASE("the warm-up is given as steps or as a share, not as both") {
  CHECK(arguments_of({{"warmup_ratio", 0.1}}).warmup_ratio == 0.1);
  CHECK_THROWS_WITH(arguments_of({{"warmup_ratio", 0.1}, {"warmup_steps", 5.0}}),
                    Catch::Contains("training.warmup_ratio") && Catch::Contains("training.warmup_steps"));
}

TEST_CASE("a keyword that the schedule does not use is an error that names it") {
  const auto with = [](const char* schedule, const char* keyword, OptionValue value) {
    return arguments_of({{"lr_scheduler_type", std::string(schedule)},
                         {"lr_scheduler_kwargs." + std::string(keyword), std::move(value)}});
  };
  CHECK_THROWS_WITH(with("cosine", "power", 2.0), Catch::Contains("training.lr_scheduler_kwargs.power") &&
                                                      Catch::Contains("num_cycles") && Catch::Contains("'polynomial'"));
  CHECK_THROWS_WITH(with("linear", "num_cycles", 2.0),
                    Catch::Contains("lr_scheduler_kwargs.num_cycles") && Catch::Contains("'linear'"));
  CHECK_THROWS_WITH(with("constant", "timescale", std::int64_t{5}), Catch::Contains("'inverse_sqrt'"));
  CHECK(with("polynomial", "power", 2.0).schedule.power == 2);
}

TEST_CASE("a schedule says what it needs") {
  const auto of = [](std::map<std::string, OptionValue> given, const char* schedule) {
    given["lr_scheduler_type"] = std::string(schedule);
    return arguments_of(given);
  };
  CHECK_THROWS_WITH(of({}, "cosine_with_min_lr"), Catch::Contains("min_lr") && Catch::Contains("min_lr_rate"));
  CHECK_THROWS_WITH(
      of({{"lr_scheduler_kwargs.min_lr", 1e-5}, {"lr_scheduler_kwargs.min_lr_rate", 0.1}}, "cosine_warmup_with_min_lr"),
      Catch::Contains("only one of"));
  CHECK_THROWS_WITH(of({}, "warmup_stable_decay"), Catch::Contains("num_decay_steps"));
  CHECK_THROWS_WITH(of({{"lr_scheduler_kwargs.lr_end", 1e-3}}, "polynomial"),
                    Catch::Contains("lr_end") && Catch::Contains("training.learning_rate"));
  CHECK_THROWS_WITH(of({}, "reduce_lr_on_plateau"), Catch::Contains("training.eval_strategy"));
}
