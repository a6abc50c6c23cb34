#include <fmt/format.h>

#include <bit>
#include <cstring>
#include <optional>

#include "runs/exchange/tensorboard.h"

namespace folio::runs {
namespace {

template <typename Number>
Number load(std::string_view bytes) {
  Number number;
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

/// One field of a protocol buffer's message.
struct Field {
  std::uint64_t number = 0;
  std::uint64_t varint = 0;  ///< of wire type 0
  std::string_view bytes{};  ///< of the others
};

/// Reads a message field by field; see https://protobuf.dev/programming-guides/encoding.
class Message {
 public:
  explicit Message(std::string_view bytes) : rest_(bytes) {}

  /// None at the end, or where the bytes are no message.
  std::optional<Field> next() {
    if (rest_.empty()) return std::nullopt;
    const std::uint64_t key = varint();
    Field field{.number = key >> 3};
    switch (key & 7) {
      case 0:
        field.varint = varint();
        break;
      case 1:
        field.bytes = take(8);
        break;
      case 2:
        field.bytes = take(varint());
        break;
      case 5:
        field.bytes = take(4);
        break;
      default:
        broken_ = true;
    }
    return broken_ ? std::nullopt : std::optional(field);
  }

  bool broken() const { return broken_; }

 private:
  std::uint64_t varint() {
    std::uint64_t number = 0;
    for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      number |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return number;
    }
    broken_ = true;
    return 0;
  }

  std::string_view take(std::uint64_t size) {
    if (size > rest_.size()) {
      broken_ = true;
      return {};
    }
    const std::string_view bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }

  std::string_view rest_;
  bool broken_ = false;
};

/// A float or a double by its size; none where the bytes are neither.
std::optional<double> real_number(std::string_view bytes) {
  if (bytes.size() == sizeof(float)) return load<float>(bytes);
  if (bytes.size() == sizeof(double)) return load<double>(bytes);
  return std::nullopt;
}

/// TensorProto: dtype is 1 (1 float, 2 double), tensor_content 4, float_val 5, double_val 6. None unless it is one
/// number.
std::optional<double> tensor_value(std::string_view bytes) {
  std::uint64_t dtype = 0;
  std::string_view content;
  Message tensor(bytes);
  while (const auto field = tensor.next()) {
    if (field->number == 1) dtype = field->varint;
    if (field->number >= 4 && field->number <= 6) content = field->bytes;
  }
  constexpr std::uint64_t kFloat = 1, kDouble = 2;
  const bool fits =
      (dtype == kFloat && content.size() == sizeof(float)) || (dtype == kDouble && content.size() == sizeof(double));
  return fits ? real_number(content) : std::nullopt;
}

/// Summary.Value: tag is 1, simple_value 2, tensor 8.
void read_value(std::string_view bytes, TensorboardScalar scalar, std::vector<TensorboardScalar>& scalars) {
  std::optional<double> value;
  Message message(bytes);
  while (const auto field = message.next()) {
    if (field->number == 1) scalar.tag = field->bytes;
    if (field->number == 2) value = real_number(field->bytes);
    if (field->number == 8) value = tensor_value(field->bytes);
  }
  if (!value || scalar.tag.empty()) return;
  scalar.value = *value;
  scalars.push_back(std::move(scalar));
}

/// Event: wall_time is 1, step 2, summary 5. Whether the bytes are a message.
bool read_event(std::string_view bytes, std::vector<TensorboardScalar>& scalars) {
  TensorboardScalar scalar;
  std::string_view summary;
  Message event(bytes);
  while (const auto field = event.next()) {
    if (field->number == 1 && field->bytes.size() == sizeof(double)) scalar.wall_time = load<double>(field->bytes);
    if (field->number == 2) scalar.step = static_cast<std::int64_t>(field->varint);
    if (field->number == 5) summary = field->bytes;
  }
  Message values(summary);
  while (const auto value = values.next())
    if (value->number == 1) read_value(value->bytes, scalar, scalars);
  return !event.broken() && !values.broken();
}

}  // namespace

TensorboardFile read_tensorboard(std::string_view bytes) {
  constexpr std::size_t kLength = 8, kCrc = 4;
  TensorboardFile file;
  std::size_t at = 0;
  const auto stop = [&](const char* why) { file.problem = fmt::format("byte {}: {}", at, why); };
  const auto right = [&](std::size_t begin, std::size_t size) {
    return load<std::uint32_t>(bytes.substr(begin + size)) == masked_crc32c(bytes.substr(begin, size));
  };
  while (at < bytes.size() && file.problem.empty()) {
    const std::size_t left = bytes.size() - at;
    if (left < kLength + kCrc) {
      stop("a record is cut off");
    } else if (!right(at, kLength)) {
      stop("no record begins here (its length's checksum is wrong)");
    } else if (const auto size = load<std::uint64_t>(bytes.substr(at));
               size > left - kLength - kCrc || left - kLength - kCrc - size < kCrc) {
      stop("a record is cut off");
    } else if (const std::size_t payload = at + kLength + kCrc; !right(payload, size)) {
      stop("a record's checksum is wrong");
    } else if (!read_event(bytes.substr(payload, size), file.scalars)) {
      stop("a record is no event");
    } else {
      at = payload + size + kCrc;
    }
  }
  return file;
}

}  // namespace folio::runs
