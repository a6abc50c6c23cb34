#include <algorithm>
#include <map>

#include "data/collator.h"
#include "folio/error.h"
#include "folio/tokenizer.h"
#include "formats/description_json.h"
#include "worker/commands/commands.h"
#include "worker/environment.h"
#include "worker/estimates/estimates.h"
#include "worker/estimates/short_formula.h"
#include "worker/estimates/step_timing.h"
#include "worker/fine_tuned_model.h"
#include "worker/job.h"
#include "worker/plugin_calls.h"
#include "worker/precision.h"
#include "worker/progress_lines.h"

namespace folio::worker {
namespace {

using nlohmann::json;

constexpr std::int64_t kUsualLength = 512;  // of a sample, in tokens, where no data set decides

/// The model's options. A `vocab_size` that the experiment leaves to the tokenizer is that of one which is not trained.
OptionValues model_values(const plugin_host::LoadedPlugin& model, const json& resolved, const json& request) {
  const OptionTable table = model.descriptor().options();
  OptionValues values = plugin_values(model, resolved.at("model"));
  if (values.has("vocab_size") || table.find("vocab_size") == nullptr || !resolved.contains("tokenizer")) return values;
  const json& section = resolved["tokenizer"];
  const plugin_host::LoadedPlugin plugin = load_library(request.at("tokenizers").at(section.at("type")));
  const auto tokenizer = make_guarded<Tokenizer>(plugin, plugin_values(plugin, section));
  if (!tokenizer->is_pretrained()) return values;
  std::map<std::string, OptionValue> settled(values.all().begin(), values.all().end());
  settled["vocab_size"] = tokenizer->vocab_size();
  return {table, settled};
}

/// One model, and how it would be trained.
class Candidate {
 public:
  /// `program_bytes`: resident_bytes() before any model was made.
  Candidate(const plugin_host::LoadedPlugin& plugin, const json& resolved, const json& request, double program_bytes)
      : program_bytes_(program_bytes),
        training_(train::training_arguments(
            option_values_from_json(train::training_option_table(), resolved.at("training")))),
        data_(resolved.contains("dataset") ? data_options_of(resolved["dataset"])
                                           : data::data_options(OptionValues(framework_dataset_options(), {}))) {
    const OptionValues values = model_values(plugin, resolved, request);
    if (values.has("vocab_size")) vocab_size_ = values.integer("vocab_size");
    objective_ = *objective_from_string(plugin.descriptor().objective);
    model_ = make_guarded<Model>(plugin, values);
    fine_tune(*model_, model_options_of(resolved.at("model")), training_, plugin.name());
    batch_ = request.value("batch", training_.per_device_train_batch_size);
    length_ = request.value("length", usual_length(resolved.contains("dataset")));
    shape_ = shape(length_);
    if (shape_.length > model_->max_length()) shorten(request);
    const auto shape_of_length = [&](std::int64_t tokens) { return shape(tokens); };
    execution_ = choose_execution(training_, *model_, {length_, shape_of_length, vocab_size_}).execution;
  }

  json describe() const {
    const double flops = model_->training_flops(shape_);
    const auto tokens = static_cast<double>(batch_ * length_);
    return {
        {"parameters", parameter_counts(*model_)},
        {"short_formula", short_formula(*model_)},
        {"memory", memory_estimate(*model_, {.optimizer = training_.optim,
                                             .execution = execution_,
                                             .batch = shape_,
                                             .vocab_size = vocab_size_,
                                             .program_bytes = program_bytes_})},
        {"flops",
         {{"training_step", flops}, {"training_per_token", flops / tokens}, {"forward_per_token", flops / tokens / 3}}},
        {"batch", batch_},
        {"length", length_},
        {"objective", to_string(objective_)},
        {"precision", execution_.precision()},
        {"device", execution_.device.str()}};
  }

  json measure() {
    const double seconds = measured_step_seconds(*model_, shape_, vocab_size_, training_, execution_);
    json measured{{"step_seconds", seconds}, {"tokens_per_second", static_cast<double>(batch_ * length_) / seconds}};
    if (train::learns_all(*model_))  // else the products are fewer
      measured["flops_per_second"] = model_->training_flops(shape_) / seconds;
    return measured;
  }

 private:
  /// Makes room for the tokens that the objective puts around a sample; a length that was asked for stays as it is.
  void shorten(const json& request) {
    if (request.contains("length")) {
      throw Error(ErrorKind::experiment, "a sample of " + std::to_string(length_) + " tokens takes " +
                                             std::to_string(shape_.length) + " positions, but the model has " +
                                             std::to_string(model_->max_length()));
    }
    length_ -= shape_.length - model_->max_length();
    shape_ = shape(length_);
  }

  std::int64_t usual_length(bool has_dataset) const {
    return has_dataset ? guessed_length(data_, guessed_bytes_per_token(vocab_size_))
                       : std::min(kUsualLength, model_->max_length());
  }

  BatchShape shape(std::int64_t length) const {
    return data::expected_shape(objective_, data_.objective, batch_, length);
  }

  double program_bytes_;
  train::TrainingArguments training_;
  data::DataOptions data_;
  train::Execution execution_;
  Objective objective_ = Objective::causal;
  std::int64_t vocab_size_ = 1;
  std::unique_ptr<Model> model_;
  std::int64_t batch_ = 0, length_ = 0;
  BatchShape shape_;
};

}  // namespace

int params(const std::string& request_text) {
  const json request = json::parse(request_text);
  const plugin_host::LoadedPlugin plugin = load_library(request.at("plugin"));
  set_thread_count();
  const double program_bytes = resident_bytes();
  ProgressLines out;
  for (const json& resolved : request.at("variants")) {
    try {
      Candidate candidate(plugin, resolved, request, program_bytes);
      json answer = candidate.describe();
      if (request.value("measure", false)) answer["measured"] = candidate.measure();
      out.write(answer);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::experiment) throw;
      out.write({{"refused", error.what()}});  // this one alone; the others may well be in order
    }
  }
  return 0;
}

}  // namespace folio::worker
