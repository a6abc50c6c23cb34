#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "support/files.h"

/// trace.bin, which a run with training.trace leaves in its folder: the eight bytes "FOLIOTR1", then 40 bytes a step,
/// five little-endian words of 64 bits: step, batch, random state, loss, gradient norm. By it two runs that should be
/// equal are held against each other step by step.
namespace folio::runs {

/// What one optimizer step was made of. The doubles are compared by their bits.
struct StepFingerprint {
  std::int64_t step = 0;     ///< counted from one
  std::uint64_t batch = 0;   ///< hash of the step's inputs and labels
  std::uint64_t random = 0;  ///< hash of the random state before the step
  double loss = 0;
  double grad_norm = 0;
};

/// Appends to a trace. What was appended survives the death of this process. Throws Error (run) when the disk fails.
class TraceWriter {
 public:
  /// Begins a new trace, or goes on with the one that is there after `steps` steps, whose later ones are dropped.
  explicit TraceWriter(std::filesystem::path file, std::int64_t steps = 0);

  void append(const StepFingerprint& fingerprint);

 private:
  void write(const void* bytes, std::size_t count);

  std::filesystem::path path_;
  FileDescriptor file_;
};

/// All whole records of a trace; what a killed process left of a last one is passed over. Throws Error (store) naming
/// the file: missing, or no trace.
std::vector<StepFingerprint> read_trace(const std::filesystem::path& file);

/// The first step at which two traces part, and in what.
struct Divergence {
  std::int64_t step = 0;
  bool batch = false, random = false, loss = false, gradients = false;
  bool ended = false;  ///< one of the traces ends before this step, equal until there
};

/// None where the traces are equal to the end of both.
std::optional<Divergence> first_divergence(const std::vector<StepFingerprint>& a,
                                           const std::vector<StepFingerprint>& b);

/// What it means that runs part first in this: "The batches differ: ...".
std::string meaning_of(const Divergence& divergence);

}  // namespace folio::runs
