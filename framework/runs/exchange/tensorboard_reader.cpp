#include <fmt/format.h>

#include <optional>

#include "formats/description_json.h"
#include "formats/protobuf.h"
#include "runs/exchange/tensorboard.h"
#include "support/utf8.h"

namespace folio::runs {
namespace {

using nlohmann::json;

/// A float or a double by its size; none where the bytes are neither.
std::optional<double> real_number(std::string_view bytes) {
  if (bytes.size() == sizeof(float)) return load_number<float>(bytes);
  if (bytes.size() == sizeof(double)) return load_number<double>(bytes);
  return std::nullopt;
}

/// TensorProto: dtype is 1 (1 float, 2 double), tensor_content 4, float_val 5, double_val 6. None unless it is one
/// number.
std::optional<double> tensor_value(std::string_view bytes) {
  std::uint64_t dtype = 0;
  std::string_view content;
  ProtobufMessage tensor(bytes);
  while (const auto field = tensor.next()) {
    if (field->number == 1) dtype = field->varint;
    if (field->number >= 4 && field->number <= 6) content = field->bytes;
  }
  constexpr std::uint64_t kFloat = 1, kDouble = 2;
  const bool fits =
      (dtype == kFloat && content.size() == sizeof(float)) || (dtype == kDouble && content.size() == sizeof(double));
  return fits ? real_number(content) : std::nullopt;
}

/// google.protobuf.Value: number_value is 2, string_value 3, bool_value 4; null, structures and lists are null.
json hparam_value(std::string_view bytes) {
  json value;
  ProtobufMessage message(bytes);
  while (const auto field = message.next()) {
    if (field->number == 2) value = number_to_json(double_in(field->bytes).value_or(0));
    if (field->number == 3) value = replace_invalid_utf8(field->bytes);
    if (field->number == 4) value = field->varint != 0;
  }
  return value;
}

/// SessionStartInfo: hparams is 1, a map of key 1 and value 2 (plugins/hparams/plugin_data.proto).
json hparams_of(std::string_view bytes) {
  json hparams = json::object();
  ProtobufMessage message(bytes);
  while (const auto field = message.next()) {
    if (field->number != 1) continue;
    std::string name;
    json value;
    ProtobufMessage entry(field->bytes);
    while (const auto part = entry.next()) {
      if (part->number == 1) name = replace_invalid_utf8(part->bytes);
      if (part->number == 2) value = hparam_value(part->bytes);
    }
    if (!name.empty() && !value.is_null()) hparams[name] = value;
  }
  return hparams;
}

/// HParamsPluginData: session_start_info is 3, session_end_info 4, of which status is 1.
void read_hparams(std::string_view bytes, TensorboardFile& file) {
  ProtobufMessage message(bytes);
  while (const auto field = message.next()) {
    if (field->number == 3) file.hparams = hparams_of(field->bytes);
    if (field->number != 4) continue;
    ProtobufMessage end(field->bytes);
    while (const auto part = end.next())
      if (part->number == 1) file.status = part->varint;
  }
}

/// SummaryMetadata: plugin_data is 1, of which plugin_name is 1 and content 2.
void read_metadata(std::string_view bytes, TensorboardFile& file) {
  std::string_view name, content;
  ProtobufMessage metadata(bytes);
  while (const auto field = metadata.next()) {
    if (field->number != 1) continue;
    ProtobufMessage plugin(field->bytes);
    while (const auto part = plugin.next()) {
      if (part->number == 1) name = part->bytes;
      if (part->number == 2) content = part->bytes;
    }
  }
  if (name == "hparams") read_hparams(content, file);
}

/// Summary.Value: tag is 1, simple_value 2, tensor 8, metadata 9.
void read_value(std::string_view bytes, TensorboardScalar scalar, TensorboardFile& file) {
  std::optional<double> value;
  ProtobufMessage message(bytes);
  while (const auto field = message.next()) {
    if (field->number == 1) scalar.tag = replace_invalid_utf8(field->bytes);
    if (field->number == 2) value = real_number(field->bytes);
    if (field->number == 8) value = tensor_value(field->bytes);
    if (field->number == 9) read_metadata(field->bytes, file);
  }
  if (!value || scalar.tag.empty()) return;
  scalar.value = *value;
  file.scalars.push_back(std::move(scalar));
}

/// SessionLog: status is 1, of which START is 1.
bool is_start(std::string_view session_log) {
  ProtobufMessage message(session_log);
  while (const auto field = message.next())
    if (field->number == 1) return field->varint == 1;
  return false;
}

/// Event: wall_time is 1, step 2, summary 5, session_log 7. Whether the bytes are a message.
bool read_event(std::string_view bytes, TensorboardFile& file) {
  TensorboardScalar scalar;
  std::string_view summary;
  bool restart = false;
  ProtobufMessage event(bytes);
  while (const auto field = event.next()) {
    if (field->number == 1) scalar.wall_time = double_in(field->bytes).value_or(0);
    if (field->number == 2) scalar.step = static_cast<std::int64_t>(field->varint);
    if (field->number == 5) summary = field->bytes;
    if (field->number == 7) restart = is_start(field->bytes);
  }
  if (!file.began) file.began = scalar.wall_time;
  if (restart) file.restarts.push_back({file.scalars.size(), scalar.step});
  ProtobufMessage values(summary);
  while (const auto value = values.next())
    if (value->number == 1) read_value(value->bytes, scalar, file);
  return !event.broken() && !values.broken();
}

}  // namespace

TensorboardFile read_tensorboard(std::string_view bytes) {
  constexpr std::size_t kLength = 8, kCrc = 4;
  TensorboardFile file;
  std::size_t at = 0;
  const auto stop = [&](const char* why) { file.problem = fmt::format("byte {}: {}", at, why); };
  const auto right = [&](std::size_t begin, std::size_t size) {
    return load_number<std::uint32_t>(bytes.substr(begin + size)) == masked_crc32c(bytes.substr(begin, size));
  };
  while (at < bytes.size() && file.problem.empty()) {
    const std::size_t left = bytes.size() - at;
    if (left < kLength + kCrc) {
      stop("a record is cut off");
    } else if (!right(at, kLength)) {
      stop("no record begins here (its length's checksum is wrong)");
    } else if (const auto size = load_number<std::uint64_t>(bytes.substr(at));
               size > left - kLength - kCrc || left - kLength - kCrc - size < kCrc) {
      stop("a record is cut off");
    } else if (const std::size_t payload = at + kLength + kCrc; !right(payload, size)) {
      stop("a record's checksum is wrong");
    } else if (!read_event(bytes.substr(payload, size), file)) {
      stop("a record is not an event");
    } else {
      at = payload + size + kCrc;
    }
  }
  return file;
}

}  // namespace folio::runs
