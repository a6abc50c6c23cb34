#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

/// Reading protocol buffers without their schemas; see https://protobuf.dev/programming-guides/encoding.
namespace folio {

/// The number whose bytes these are, little endian as both ends of all that we read are.
template <typename Number>
Number load_number(std::string_view bytes) {
  Number number;
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

struct ProtobufField {
  std::uint64_t number = 0;
  std::uint64_t varint = 0;  ///< of wire type 0
  std::string_view bytes{};  ///< of the others
};

/// A message, field by field.
class ProtobufMessage {
 public:
  explicit ProtobufMessage(std::string_view bytes) : rest_(bytes) {}

  /// None at the end, or where the bytes are no message.
  std::optional<ProtobufField> next();

  /// Why the bytes are no message, "a field is cut short"; empty where they are one so far.
  std::string_view problem() const { return problem_; }
  bool broken() const { return !problem_.empty(); }

 private:
  std::uint64_t varint();
  std::string_view take(std::uint64_t size);

  std::string_view rest_;
  std::string_view problem_{};
};

/// A double's eight bytes; none where they are not eight.
std::optional<double> double_in(std::string_view bytes);

}  // namespace folio
