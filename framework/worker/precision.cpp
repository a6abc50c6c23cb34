#include "worker/precision.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <optional>
#include <system_error>

#include "folio/error.h"
#include "support/cache.h"
#include "support/files.h"
#include "support/process_identity.h"
#include "support/sha256.h"
#include "worker/environment.h"
#include "worker/precision_measurement.h"

namespace folio::worker {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using train::PrecisionRates;

constexpr const char* kPrecisionKind = "precision";

/// Counted up when what is measured changes.
constexpr int kPrecisionVersion = 1;

/// The greatest of 1, 2, 3, 4, 6, 8, 12, 16, ... that is not greater.
std::int64_t rounded_length(std::int64_t length) {
  std::int64_t power = 1;
  while (2 * power <= length) power *= 2;
  return power >= 2 && power + power / 2 <= length ? power + power / 2 : power;
}

/// As long as the model takes with what the objective puts around a sample.
BatchShape usual_shape(const TrainingBatch& batch, const Model& model) {
  const std::int64_t length = std::min(rounded_length(batch.length), model.max_length());
  const BatchShape shape = batch.shape(length);
  if (shape.length <= model.max_length()) return shape;
  return batch.shape(std::max<std::int64_t>(1, length - (shape.length - model.max_length())));
}

std::string key_of(const Model& model, const BatchShape& shape) {
  return sha256_hex(json{{"version", kPrecisionVersion},
                         {"machine", machine_identity()},
                         {"model", model.config_json()},
                         {"shape", {shape.batch, shape.length, shape.target_length, shape.scored}}}
                        .dump());
}

json to_json(const PrecisionRates& rates) {
  return {{"float32_flops_per_second", rates.float32},
          {"bfloat16_flops_per_second", rates.bfloat16},
          {"of_passes", rates.of_passes}};
}

std::optional<PrecisionRates> load(const fs::path& file) {
  try {
    const json values = json::parse(read_file(file));
    return PrecisionRates{values.at("float32_flops_per_second"), values.at("bfloat16_flops_per_second"),
                          values.at("of_passes")};
  } catch (const std::exception&) {  // not there, or damaged
    return std::nullopt;
  }
}

/// Puts the rates in place unless another process did so meanwhile; gives those that are there then.
PrecisionRates keep(const PrecisionRates& rates, const fs::path& cache, const fs::path& file) {
  make_directories(file.parent_path());
  const fs::path own = file.string() + fmt::format(".{}.tmp", this_process().pid);
  write_file_atomically(own, to_json(rates).dump() + "\n");
  std::error_code exists;
  fs::create_hard_link(own, file, exists);
  fs::remove(own);
  trim_cache(cache, cache_limit());
  return load(file).value_or(rates);
}

struct KnownRates {
  PrecisionRates rates;
  bool kept = false;  ///< by an earlier process
};

KnownRates load_or_measure_rates(Model& model, const BatchShape& shape, std::int64_t vocab_size) {
  const fs::path cache = cache_folder();
  if (cache.empty()) return {measure_precisions(model, shape, vocab_size), false};
  const std::string key = key_of(model, shape);
  const fs::path file = cache / kPrecisionKind / (key + ".json");
  if (const auto rates = load(file)) {
    mark_used(cache, kPrecisionKind, key);
    return {*rates, true};
  }
  remove_entry(cache, kPrecisionKind, key);  // a damaged one
  const PrecisionRates rates = measure_precisions(model, shape, vocab_size);
  try {
    return {keep(rates, cache, file), false};
  } catch (const Error& error) {
    fmt::print(std::cerr, "The rates of the precisions were not cached: {}\n", error.what());
    return {rates, false};
  }
}

}  // namespace

ChosenExecution choose_execution(const train::TrainingArguments& arguments, Model& model, const TrainingBatch& batch) {
  ChosenExecution chosen;
  chosen.execution.device = train::choose_device(arguments);
  if (arguments.precision != "auto") {
    chosen.execution.bfloat16 = arguments.precision == "bfloat16";
    return chosen;
  }
  train::PrecisionChoice choice;
  if (chosen.execution.device.is_cuda()) {
    choice = train::choose_by_capability(train::compute_capability(chosen.execution.device.index()));
  } else {
    const BatchShape shape = usual_shape(batch, model);
    const auto [rates, kept] = load_or_measure_rates(model, shape, batch.vocab_size);
    choice = train::choose_by_rates(rates, kept);
    chosen.record = {{"float32_flops_per_second", rates.float32},
                     {"bfloat16_flops_per_second", rates.bfloat16},
                     {"precision_was_cached", kept}};
  }
  chosen.execution.bfloat16 = choice.bfloat16;
  chosen.reason = choice.reason;
  chosen.record["precision_reason"] = choice.reason;
  return chosen;
}

std::string precision_line(const ChosenExecution& chosen) {
  if (chosen.reason.empty()) return "";
  return fmt::format("Precision: {}, since {}.", chosen.execution.precision(), chosen.reason);
}

}  // namespace folio::worker
