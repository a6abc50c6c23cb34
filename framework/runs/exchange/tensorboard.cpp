#include "runs/exchange/tensorboard.h"

#include <bit>
#include <boost/crc.hpp>

namespace folio::runs {
namespace {

// Protocol buffers: a field's number times 8 plus its wire type.
constexpr char kWallTime = 1 << 3 | 1;     // Event.wall_time, double
constexpr char kStep = 2 << 3 | 0;         // Event.step, varint
constexpr char kFileVersion = 3 << 3 | 2;  // Event.file_version, bytes
constexpr char kSummary = 5 << 3 | 2;      // Event.summary, a message
constexpr char kValue = 1 << 3 | 2;        // Summary.value, a message
constexpr char kTag = 1 << 3 | 2;          // Summary.Value.tag, bytes
constexpr char kSimpleValue = 2 << 3 | 5;  // Summary.Value.simple_value, float

template <typename Integer>
std::string little_endian(Integer number) {
  std::string bytes;
  for (std::size_t i = 0; i < sizeof number; ++i) bytes += static_cast<char>(number >> 8 * i & 0xff);
  return bytes;
}

std::string varint(std::uint64_t number) {
  std::string bytes;
  for (; number >= 0x80; number >>= 7) bytes += static_cast<char>(number | 0x80);
  return bytes + static_cast<char>(number);
}

std::string with_length(char field, std::string_view bytes) { return field + varint(bytes.size()).append(bytes); }

std::string masked_crc(std::string_view bytes) { return little_endian(masked_crc32c(bytes)); }

std::string wall_time_field(double wall_time) {
  return kWallTime + little_endian(std::bit_cast<std::uint64_t>(wall_time));
}

std::string record(const std::string& payload) {
  const std::string length = little_endian(static_cast<std::uint64_t>(payload.size()));
  return length + masked_crc(length) + payload + masked_crc(payload);
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;  // Castagnoli's polynomial
  crc.process_bytes(bytes.data(), bytes.size());
  return static_cast<std::uint32_t>(crc.checksum());
}

std::uint32_t masked_crc32c(std::string_view bytes) {
  const std::uint32_t crc = crc32c(bytes);
  return (crc >> 15 | crc << 17) + 0xa282ead8U;
}

std::string tensorboard_header(double wall_time) {
  return record(wall_time_field(wall_time) + with_length(kFileVersion, "brain.Event:2"));
}

std::string tensorboard_scalar(std::string_view tag, std::int64_t step, float value, double wall_time) {
  const std::string scalar = with_length(kTag, tag) + kSimpleValue + little_endian(std::bit_cast<std::uint32_t>(value));
  return record(wall_time_field(wall_time) + kStep + varint(static_cast<std::uint64_t>(step)) +
                with_length(kSummary, with_length(kValue, scalar)));
}

}  // namespace folio::runs
