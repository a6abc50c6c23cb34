// A run that was stopped anywhere and resumed is bit for bit the run that was never stopped.

#include <ATen/Context.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "data/causal.h"
#include "formats/checkpoint_manifest.h"
#include "formats/description_json.h"
#include "gpt.h"
#include "train/trainer.h"
#include "unit/train/fakes.h"

using namespace folio;
using namespace folio::train;

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

data::Samples samples_of_two_lengths() {
  std::vector<std::vector<TokenId>> samples(22);
  for (std::size_t s = 0; s < samples.size(); ++s)
    for (std::size_t t = 0; t < 7 + s % 3; ++t)
      samples[s].push_back(static_cast<TokenId>((7 * s + 3 * t + s * t) % 61));
  return data::Samples::of(samples);
}

std::unique_ptr<Model> dropping_model() {
  at::manual_seed(5);
  const json options{{"vocab_size", 61},
                     {"hidden_size", 16},
                     {"num_hidden_layers", 2},
                     {"num_attention_heads", 2},
                     {"max_position_embeddings", 16}};
  auto model = std::make_unique<Gpt>(option_values_from_json(Gpt::options(), options));
  model->initialize();
  return model;
}

struct Session {
  FakeRecorder recorder;
  TrainingResult result;
  std::vector<at::Tensor> weights{};
};

/// Stops after so many questions whether it is to stop, which come between batches too.
class ImpatientRecorder : public FakeRecorder {
 public:
  explicit ImpatientRecorder(int questions) : left_(questions) {}
  bool stop_requested() const override { return left_-- <= 0; }

 private:
  mutable int left_;
};

/// A session of a run in `folder`, from its newest checkpoint on where there is one.
Session session(json given, const fs::path& folder, FakeRecorder recorder_or_none, FakeRecorder* other = nullptr) {
  static const data::Samples samples = samples_of_two_lengths();
  given["per_device_train_batch_size"] = 3;
  given.emplace("logging_steps", 2);
  given.emplace("learning_rate", 1e-2);
  given.emplace("save_strategy", "no");
  const TrainingArguments arguments = training_arguments(option_values_from_json(training_option_table(), given));
  const auto model = dropping_model();
  const data::CausalCollator collator;
  const TrainingData data{samples, samples, collator, true, 1.0, 1.0};
  Session made{std::move(recorder_or_none), {}};
  FakeRecorder& recorder = other != nullptr ? *other : made.recorder;
  Trainer trainer(*model, data, arguments, Execution{}, folder, recorder);
  if (const auto saved = checkpoints_in(folder); !saved.empty()) {
    verify_checkpoint(saved.front().path);
    trainer.resume_from(saved.front().path);
  }
  made.result = trainer.run();
  for (const Parameter& parameter : model->parameters()) made.weights.push_back(parameter.tensor.detach().clone());
  return made;
}

fs::path empty_folder(const std::string& name) {
  // In memory where there is a place: thousands of files are synced.
  const fs::path in_memory = "/dev/shm", named = scratch_folder("folio_resume_" + name);
  const fs::path folder = fs::exists(in_memory) ? in_memory / named.filename() : named;
  fs::remove_all(folder);
  return folder;
}

bool equal(const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!a[i].equal(b[i])) return false;
  return a.size() == b.size();
}

/// What was measured of model and data, without the times that it took.
std::vector<std::pair<std::int64_t, std::map<std::string, double>>> measured(const FakeRecorder& recorder) {
  std::vector<std::pair<std::int64_t, std::map<std::string, double>>> points;
  for (const auto& entry : recorder.entries) {
    auto& [step, values] = points.emplace_back(entry.step, std::map<std::string, double>{});
    for (const char* name : {"loss", "grad_norm", "learning_rate", "eval_loss"})
      if (entry.metrics.contains(name)) values[name] = entry.metrics.at(name);
  }
  return points;
}

}  // namespace

TEST_CASE("a run that was stopped and resumed is bit for bit the one that was never stopped") {
  const json given = GENERATE(
      json{{"max_steps", 13}}, json{{"max_steps", 9}, {"gradient_accumulation_steps", 3}, {"logging_steps", 1}},
      json{{"max_steps", 10}, {"train_sampling_strategy", "group_by_length"}},
      json{{"max_steps", 10}, {"optim", "adagrad"}}, json{{"max_steps", 10}, {"optim", "adafactor"}},
      json{{"max_steps", 10}, {"optim", "rmsprop"}}, json{{"max_steps", 10}, {"optim", "sgd"}, {"weight_decay", 0.1}},
      json{{"max_steps", 12},
           {"lr_scheduler_type", "reduce_lr_on_plateau"},
           {"learning_rate", 0.5},
           {"eval_strategy", "steps"},
           {"eval_steps", 1}},
      json{{"max_steps", 12},
           {"lr_scheduler_type", "cosine"},
           {"warmup_steps", 3},
           {"label_smoothing_factor", 0.0},
           {"eval_strategy", "epoch"},
           {"logging_strategy", "epoch"}},
      json{{"max_steps", 40},
           {"learning_rate", 0.3},
           {"lr_scheduler_type", "constant"},
           {"eval_strategy", "steps"},
           {"eval_steps", 1},
           {"early_stopping_patience", 4}});
  const fs::path folder = empty_folder("whole");
  const Session whole = session(given, folder, FakeRecorder());
  const auto steps = whole.result.steps;
  for (std::int64_t stop = 1; stop < steps; stop += 3) {
    CAPTURE(given.dump(), stop);
    const fs::path stopped_in = empty_folder("stopped");
    const Session before = session(given, stopped_in, FakeRecorder(stop));
    CHECK(before.result.interrupted);
    CHECK(before.result.steps == stop);
    const Session after = session(given, stopped_in, FakeRecorder());
    CHECK(equal(after.weights, whole.weights));
    auto points = measured(before.recorder);
    for (auto& point : measured(after.recorder)) points.push_back(std::move(point));
    CHECK(points == measured(whole.recorder));
    for (const char* name : {"train_loss", "global_step", "epoch", "total_flos", "train_bits_per_byte"})
      CHECK(after.result.metrics.at(name) == whole.result.metrics.at(name));
    CHECK(after.result.metrics.at("session_steps") == static_cast<double>(steps - stop));
    CHECK(after.result.metrics.at("session_train_runtime") < after.result.metrics.at("train_runtime"));
    fs::remove_all(stopped_in);
  }
  fs::remove_all(folder);
}

TEST_CASE("a run that was stopped within a step, or often, is the one that was never stopped") {
  const json given{{"max_steps", 6}, {"gradient_accumulation_steps", 3}, {"logging_steps", 1}};
  const fs::path folder = empty_folder("often");
  const Session whole = session(given, folder, FakeRecorder());
  fs::remove_all(folder);
  std::optional<Session> last;
  int sessions = 0;
  for (bool over = false; !over; ++sessions) {
    REQUIRE(sessions < 40);
    ImpatientRecorder recorder(5 + sessions % 4);
    last = session(given, folder, FakeRecorder(), &recorder);
    over = !last->result.interrupted;
  }
  CHECK(sessions > 3);
  CHECK(equal(last->weights, whole.weights));
  CHECK(last->result.metrics.at("train_loss") == whole.result.metrics.at("train_loss"));
  fs::remove_all(folder);
}

TEST_CASE("a run goes on from an earlier checkpoint, and what was saved after that one is none any more") {
  const json given{{"max_steps", 9}, {"save_strategy", "steps"}, {"save_steps", 2}};
  const fs::path folder = empty_folder("earlier");
  const Session whole = session(given, folder, FakeRecorder());
  CHECK(checkpoints_in(folder).size() == 5);  // 2, 4, 6, 8 and the last one
  const auto model = dropping_model();
  const TrainingArguments arguments =
      training_arguments(option_values_from_json(training_option_table(), {{"max_steps", 9},
                                                                           {"save_strategy", "steps"},
                                                                           {"save_steps", 2},
                                                                           {"per_device_train_batch_size", 3},
                                                                           {"logging_steps", 2},
                                                                           {"learning_rate", 1e-2}}));
  const data::Samples samples = samples_of_two_lengths();
  const data::CausalCollator collator;
  const TrainingData data{samples, samples, collator, true, 1.0, 1.0};
  FakeRecorder recorder;
  Trainer trainer(*model, data, arguments, Execution{}, folder, recorder);
  trainer.resume_from(checkpoint_path(folder, 4));
  CHECK(fs::exists(folder / "superseded-6"));
  trainer.run();
  for (std::size_t i = 0; i < whole.weights.size(); ++i) CHECK(model->parameters()[i].tensor.equal(whole.weights[i]));
  CHECK(checkpoints_in(folder).size() == 5);
  fs::remove_all(folder);
}

TEST_CASE("a checkpoint of another optimizer is refused by name") {
  const fs::path folder = empty_folder("other");
  session({{"max_steps", 2}, {"save_strategy", "steps"}}, folder, FakeRecorder());
  CHECK_THROWS_WITH(session({{"max_steps", 4}, {"optim", "adagrad"}}, folder, FakeRecorder(1)),
                    Catch::Contains("training.safetensors: tensor 'steps' is of type F32, expected I64"));
  fs::remove_all(folder);
}
