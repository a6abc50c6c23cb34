#pragma once

#include <cstdint>
#include <string>

#include "folio/objective.h"
#include "folio/options.h"

namespace folio::data {

/// How the samples become inputs and labels. An objective uses its own ones.
struct ObjectiveOptions {
  double mlm_probability = 0.15;        ///< masked: share of the tokens that are to be said
  bool whole_word_mask = false;         ///< masked: words are chosen instead of tokens
  double noise_density = 0.15;          ///< span corruption: share of the tokens that are taken out
  double mean_noise_span_length = 3.0;  ///< span corruption: tokens of a span
};

enum class SplitBy { characters, tokens, document };

/// What the framework does with any data set's documents.
struct DataOptions {
  SplitBy by = SplitBy::tokens;
  std::int64_t size = 128;    ///< of a sample, in characters or tokens
  std::int64_t stride = 128;  ///< by document: tokens from one sample's start to the next one's
  double validation = 0;      ///< share of the documents, or of each one's text, that is kept for evaluation
  bool shuffle = true;        ///< a new order each epoch
  ObjectiveOptions objective{};
};

/// `values` are of framework_dataset_options().
DataOptions data_options(const OptionValues& values);

/// Throws Error (experiment) when `values` name another objective than that of the model, or change an option that its
/// objective does not use. `model` is the model's name, for messages.
void check_objective(const OptionValues& values, Objective of_model, const std::string& model);

}  // namespace folio::data
