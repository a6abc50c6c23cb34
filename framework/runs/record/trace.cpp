#include "runs/record/trace.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string_view>
#include <utility>

#include "support/error.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "FOLIOTR1";
constexpr std::size_t kWords = 5;
using Record = std::array<std::uint64_t, kWords>;
static_assert(std::endian::native == std::endian::little, "records are written as they lie in memory");

Record to_record(const StepFingerprint& f) {
  return {static_cast<std::uint64_t>(f.step), f.batch, f.random, std::bit_cast<std::uint64_t>(f.loss),
          std::bit_cast<std::uint64_t>(f.grad_norm)};
}

StepFingerprint from_record(const Record& r) {
  return {static_cast<std::int64_t>(r[0]), r[1], r[2], std::bit_cast<double>(r[3]), std::bit_cast<double>(r[4])};
}

Divergence compare_step(const StepFingerprint& a, const StepFingerprint& b) {
  const Record in_a = to_record(a);
  const Record in_b = to_record(b);
  return {std::min(a.step, b.step), in_a[1] != in_b[1], in_a[2] != in_b[2], in_a[3] != in_b[3], in_a[4] != in_b[4]};
}

}  // namespace

TraceWriter::TraceWriter(fs::path file, std::int64_t steps) : path_(std::move(file)) {
  std::vector<StepFingerprint> kept;
  std::error_code error;
  if (steps > 0 && fs::exists(path_, error)) kept = read_trace(path_);
  std::erase_if(kept, [&](const StepFingerprint& step) { return step.step > steps; });
  file_ = FileDescriptor(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!file_) throw_errno(ErrorKind::run, path_, "cannot be created");
  write(kMagic.data(), kMagic.size());
  for (const StepFingerprint& step : kept) append(step);
}

void TraceWriter::append(const StepFingerprint& fingerprint) {
  const Record record = to_record(fingerprint);
  write(record.data(), sizeof record);
}

void TraceWriter::write(const void* bytes, std::size_t count) {
  const ssize_t written = ::write(file_.get(), bytes, count);
  if (written == static_cast<ssize_t>(count)) return;
  if (written < 0) throw_errno(ErrorKind::run, path_, "cannot be written to");
  throw Error(ErrorKind::run, path_.string() + ": cannot be written to: the disk is full");
}

std::vector<StepFingerprint> read_trace(const fs::path& file) {
  std::error_code error;
  if (fs::symlink_status(file, error).type() == fs::file_type::not_found) {
    throw Error(ErrorKind::store,
                file.string() + ": does not exist: only a run with training.trace=true records a trace of its steps");
  }
  constexpr std::uintmax_t kLargest = std::uintmax_t{1} << 30;  // 26 million steps
  const std::string bytes = read_file(file, ErrorKind::store, kLargest);
  if (!bytes.starts_with(kMagic)) throw Error(ErrorKind::store, file.string() + ": is not a trace of a run's steps");
  std::vector<StepFingerprint> fingerprints;
  for (std::size_t at = kMagic.size(); at + sizeof(Record) <= bytes.size(); at += sizeof(Record)) {
    Record record;
    std::memcpy(record.data(), bytes.data() + at, sizeof record);
    fingerprints.push_back(from_record(record));
  }
  return fingerprints;
}

std::optional<Divergence> first_divergence(const std::vector<StepFingerprint>& a,
                                           const std::vector<StepFingerprint>& b) {
  const std::size_t both = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < both; ++i) {
    const Divergence step = compare_step(a[i], b[i]);
    if (step.batch || step.random || step.loss || step.gradients) return step;
  }
  if (a.size() == b.size()) return std::nullopt;
  Divergence end;
  end.step = static_cast<std::int64_t>(both) + 1;
  end.ended = true;
  return end;
}

std::string meaning_of(const Divergence& divergence) {
  if (divergence.ended) return "One of the two runs ends there; until then they are equal.";
  if (divergence.batch && divergence.step == 1)
    return "They begin with different batches: a different seed, data_seed, text, tokenizer, split or batch size.";
  if (divergence.batch) return "The batches differ only later: a different number of samples, or a different resume.";
  if (divergence.random) {
    return divergence.step == 1
               ? "The same batch, but a different random state: a different seed, or a different number of weights."
               : "The same batches, but different random numbers in dropout: a plugin or a resume drew more or fewer "
                 "of them.";
  }
  if (divergence.loss && divergence.step == 1) {
    return "The same batch and random numbers, but a different loss: a different model, initial weights, precision, or "
           "order of sums (threads, processor, libtorch).";
  }
  if (divergence.loss) {
    return "The same batch and random numbers, but different weights: the update before it differed (learning rate, "
           "schedule, optimizer, clipping), or the order of sums did (threads, processor, libtorch).";
  }
  return "The same loss, but different gradients: the backward pass differs (precision, order of sums, a plugin's own "
         "operators).";
}

}  // namespace folio::runs
