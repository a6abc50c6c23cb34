#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The records of TensorBoard's event files: the length (u64, little endian), its masked CRC32C, a protocol buffer
/// `Event`, and its masked CRC32C (tensorflow/core/lib/io/record_writer.h, tensorflow/core/util/event.proto).
namespace folio::runs {

/// The first record: file_version "brain.Event:2".
std::string tensorboard_header(double wall_time);

/// An Event with a Summary of one simple_value.
std::string tensorboard_scalar(std::string_view tag, std::int64_t step, float value, double wall_time);

struct TensorboardScalar {
  std::string tag;
  std::int64_t step = 0;
  double value = 0;
  double wall_time = 0;  ///< seconds since 1970
};

/// A program that was started again: what stands before it, from this step on, is void (SessionLog::START in
/// event.proto).
struct TensorboardRestart {
  std::size_t scalars = 0;  ///< how many of the file's scalars stand before it
  std::int64_t step = 0;
};

struct TensorboardFile {
  std::optional<double> began;               ///< the first event's wall time
  std::vector<TensorboardScalar> scalars;    ///< in the order of the file
  std::vector<TensorboardRestart> restarts;  ///< the same
  nlohmann::json hparams;                    ///< of the hparams plugin's session_start_info; null where there is none
  std::optional<std::uint64_t> status;       ///< of its session_end_info: 1 success, 2 failure, 3 running
  std::string problem;                       ///< where reading stopped short of the end, and why; else empty
};

/// An event file. A scalar is a simple_value, as most write it, or a tensor of one float or double, as TensorFlow 2
/// does. Other summaries (images, histograms) are passed over. Of a file that is broken, what stands before.
TensorboardFile read_tensorboard(std::string_view bytes);

/// The CRC of RFC 3720, B.4: "123456789" gives 0xe3069283.
std::uint32_t crc32c(std::string_view bytes);

/// That CRC as the records have it, so that a CRC of bytes with CRCs in them is no constant.
std::uint32_t masked_crc32c(std::string_view bytes);

}  // namespace folio::runs
