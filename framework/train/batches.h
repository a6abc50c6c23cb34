#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "data/length_grouped_order.h"
#include "data/sample_order.h"
#include "data/samples.h"
#include "folio/model.h"
#include "train/arguments.h"
#include "train/training_data.h"
#include "train/training_plan.h"

namespace folio::train {

/// The batch on the device.
Batch to_device(const Batch& batch, c10::Device device);

/// Labels of the batch that are not ignored.
std::int64_t count_scored(const Batch& batch);

/// Of a batch in training, how many labels its step's loss counts: those, and each sample's first token where the model
/// counts_labels_before_shift().
std::int64_t count_labels(const Batch& batch, const Model& model);

BatchShape shape_of(const Batch& batch);

/// The orders in which one epoch after the other takes the samples, as dataset.shuffle and train_sampling_strategy say.
class EpochOrders {
 public:
  EpochOrders(const data::Samples& samples, bool shuffle, const TrainingArguments& arguments, const TrainingPlan& plan);

  /// That of the first epoch, then that of the next one.
  data::SampleOrder next();

 private:
  std::int64_t samples_;
  bool shuffle_;
  std::uint64_t seed_;
  std::int64_t epoch_ = 0;
  std::optional<data::LengthGroupedOrder> grouped_;
};

/// The batches over which one optimizer step adds up its gradients.
struct StepBatches {
  std::vector<Batch> batches;
  std::int64_t labels = 0;  ///< count_labels() of all together, at least 1: short samples may have none masked
  std::int64_t tokens = 0;  ///< of their samples, padding left out
  double epoch = 0;         ///< the epochs that are over with them: 1.5 in the middle of the second
};

/// The steps of one epoch, each with its batches, which are collated when they are asked for.
class EpochBatches {
 public:
  /// `epoch` is counted from 0, `order` that of its samples. All references must outlive this.
  EpochBatches(const Model& model, const TrainingData& data, const TrainingArguments& arguments,
               const TrainingPlan& plan, std::int64_t epoch, data::SampleOrder order);

  /// Of the epoch's step `step`, in [0, plan.updates_per_epoch).
  StepBatches step(std::int64_t step) const;

 private:
  const Model& model_;
  const TrainingData& data_;
  const TrainingArguments& arguments_;
  const TrainingPlan& plan_;
  std::int64_t epoch_;
  data::SampleOrder order_;
};

}  // namespace folio::train
