#include "formats/protobuf.h"

namespace folio {
namespace {

constexpr std::string_view kCutShort = "a field is cut short";

}  // namespace

std::optional<ProtobufField> ProtobufMessage::next() {
  if (rest_.empty()) return std::nullopt;
  const std::uint64_t key = varint();
  ProtobufField field{.number = key >> 3};
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
      problem_ = "a field of an unknown type";
  }
  return broken() ? std::nullopt : std::optional(field);
}

std::uint64_t ProtobufMessage::varint() {
  std::uint64_t number = 0;
  for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    number |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return number;
  }
  problem_ = rest_.empty() ? kCutShort : "a number is too long";
  return 0;
}

std::string_view ProtobufMessage::take(std::uint64_t size) {
  if (size > rest_.size()) {
    problem_ = kCutShort;
    return {};
  }
  const std::string_view bytes = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return bytes;
}

std::optional<double> double_in(std::string_view bytes) {
  return bytes.size() == sizeof(double) ? std::optional(load_number<double>(bytes)) : std::nullopt;
}

}  // namespace folio
