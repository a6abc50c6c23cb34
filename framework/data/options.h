#pragma once

#include <cstdint>

#include "folio/options.h"

namespace folio::data {

enum class SplitBy { characters, tokens, document };

/// What the framework does with any data set's documents.
struct DataOptions {
  SplitBy by = SplitBy::tokens;
  std::int64_t size = 128;    ///< of a sample, in characters or tokens
  std::int64_t stride = 128;  ///< by document: tokens from one sample's start to the next one's
  double validation = 0;      ///< share of each document's text, at its end, that is kept for evaluation
  bool shuffle = true;        ///< a new order each epoch
};

/// The options that every `dataset:` section takes beside the plugin's own.
OptionTable data_option_table();

/// `values` are of that table.
DataOptions data_options(const OptionValues& values);

}  // namespace folio::data
