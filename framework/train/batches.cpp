#include "train/batches.h"

#include <ATen/ops/ne.h>
#include <ATen/ops/sum.h>

#include <algorithm>
#include <utility>

namespace folio::train {

Batch to_device(const Batch& batch, c10::Device device) {
  if (device.is_cpu()) return batch;
  Batch moved = batch;
  moved.input_ids = batch.input_ids.to(device);
  moved.labels = batch.labels.to(device);
  if (moved.decoder_input_ids.defined()) moved.decoder_input_ids = moved.decoder_input_ids.to(device);
  if (moved.attention_mask.defined()) moved.attention_mask = moved.attention_mask.to(device);
  return moved;
}

std::int64_t count_scored(const Batch& batch) { return batch.labels.ne(kIgnoredLabel).sum().item<std::int64_t>(); }

std::int64_t count_labels(const Batch& batch, const Model& model) {
  return count_scored(batch) + (model.counts_labels_before_shift() ? batch.input_ids.size(0) : 0);
}

BatchShape shape_of(const Batch& batch) {
  return {.batch = batch.input_ids.size(0),
          .length = batch.input_ids.size(1),
          .target_length = batch.decoder_input_ids.defined() ? batch.decoder_input_ids.size(1) : 0,
          .scored = count_scored(batch)};
}

EpochOrders::EpochOrders(const data::Samples& samples, bool shuffle, const TrainingArguments& arguments,
                         const TrainingPlan& plan)
    : samples_(samples.size()),
      shuffle_(shuffle && arguments.sampling != Sampling::sequential),
      seed_(arguments.data_seed) {
  if (arguments.sampling == Sampling::group_by_length)
    grouped_.emplace(samples, plan.batch_size * arguments.gradient_accumulation_steps, arguments.seed);
}

data::SampleOrder EpochOrders::next() {
  const std::int64_t epoch = epoch_++;
  if (grouped_) return data::SampleOrder(grouped_->next_epoch());
  return {samples_, shuffle_, seed_, epoch};
}

EpochBatches::EpochBatches(const Model& model, const TrainingData& data, const TrainingArguments& arguments,
                           const TrainingPlan& plan, std::int64_t epoch, data::SampleOrder order)
    : model_(model), data_(data), arguments_(arguments), plan_(plan), epoch_(epoch), order_(std::move(order)) {}

StepBatches EpochBatches::step(std::int64_t step) const {
  const std::int64_t first = step * arguments_.gradient_accumulation_steps;
  const std::int64_t last = std::min(first + arguments_.gradient_accumulation_steps, plan_.batches_per_epoch);
  StepBatches result;
  for (std::int64_t index = first; index < last; ++index) {
    const std::int64_t begin = index * plan_.batch_size;
    const std::int64_t end = std::min(begin + plan_.batch_size, plan_.samples);
    std::vector<std::int64_t> samples;
    for (std::int64_t place = begin; place < end; ++place) samples.push_back(order_.at(place));
    for (const std::int64_t sample : samples) result.tokens += data_.training.length(sample);
    result.batches.push_back(data_.collator.collate(data_.training, samples, epoch_));
    result.labels += count_labels(result.batches.back(), model_);
  }
  result.labels = std::max<std::int64_t>(1, result.labels);
  result.epoch = static_cast<double>(epoch_) + static_cast<double>(last) / static_cast<double>(plan_.batches_per_epoch);
  return result;
}

}  // namespace folio::train
