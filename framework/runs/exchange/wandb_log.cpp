#include "runs/exchange/wandb_log.h"

#include <fmt/format.h>

#include <boost/crc.hpp>

#include "formats/protobuf.h"
#include "runs/exchange/read_values.h"
#include "support/error.h"
#include "support/utf8.h"

namespace folio::runs {
namespace {

using nlohmann::json;

constexpr std::string_view kMagic{":W&B\xe1\xbe", 6};
constexpr std::size_t kFileHeader = 7, kBlock = 32768, kPieceHeader = 7;
constexpr std::size_t kDeepestName = 16;  // a value is put into as many objects
enum Piece : std::uint8_t { kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

/// One record after the other, put together from its pieces.
class LogReader {
 public:
  explicit LogReader(std::string_view bytes) : bytes_(bytes), at_(kFileHeader) {}

  /// None at the end, or where the log is broken.
  std::optional<std::string> next() {
    std::string record;
    for (bool begun = false;;) {
      if (kBlock - at_ % kBlock < kPieceHeader) at_ += kBlock - at_ % kBlock;
      if (at_ >= bytes_.size()) {
        if (begun) problem_ = fmt::format("byte {}: a record is cut off", at_);
        return std::nullopt;
      }
      const auto piece = read_piece();
      if (!piece) return std::nullopt;
      const bool first = piece->type == kFull || piece->type == kFirst;
      if (first == begun) return stop("a piece of a record is missing");
      record += piece->data;
      begun = true;
      if (piece->type == kFull || piece->type == kLast) return record;
    }
  }

  const std::string& problem() const { return problem_; }

 private:
  struct Read {
    std::uint8_t type = 0;
    std::string_view data{};
  };

  std::nullopt_t stop(const char* why) {
    problem_ = fmt::format("byte {}: {}", at_, why);
    return std::nullopt;
  }

  std::optional<Read> read_piece() {
    if (bytes_.size() - at_ < kPieceHeader) return stop("a record is cut off");
    const auto crc = load_number<std::uint32_t>(bytes_.substr(at_));
    const auto size = load_number<std::uint16_t>(bytes_.substr(at_ + 4));
    const Read piece{static_cast<std::uint8_t>(bytes_[at_ + 6]), bytes_.substr(at_ + kPieceHeader, size)};
    if (piece.data.size() < size) return stop("a record is cut off");
    boost::crc_32_type right;
    right.process_bytes(bytes_.data() + at_ + 6, 1U + size);
    if (right.checksum() != crc || piece.type < kFull || piece.type > kLast)
      return stop("no record begins here (its checksum is wrong)");
    at_ += kPieceHeader + size;
    return piece;
  }

  std::string_view bytes_;
  std::size_t at_;
  std::string problem_;
};

/// ConfigItem, SummaryItem, HistoryItem: key is 1, nested_key 2, value_json 16.
void put_item(std::string_view bytes, json& target, WandbLog& log) {
  std::vector<std::string> path;
  std::string_view value;
  ProtobufMessage item(bytes);
  while (const auto field = item.next()) {
    if (field->number == 1 || field->number == 2) path.push_back(replace_invalid_utf8(field->bytes));
    if (field->number == 16) value = field->bytes;
  }
  if (path.empty() || path.front() == "_wandb") return;
  if (path.size() > kDeepestName) {
    ++log.bad_values;
    return;
  }
  json* place = &target;
  for (const std::string& key : path) {
    if (!place->is_object()) *place = json::object();
    place = &(*place)[key];
  }
  try {
    *place = read_python_json(value, path.front());
  } catch (const Error&) {  // one value among many
    ++log.bad_values;
  }
}

/// ConfigRecord, SummaryRecord: update is 1, remove 2, which names the item that goes.
void update_values(std::string_view bytes, json& target, WandbLog& log) {
  ProtobufMessage record(bytes);
  while (const auto field = record.next()) {
    if (field->number == 1) put_item(field->bytes, target, log);
    if (field->number != 2) continue;
    json* place = &target;
    std::vector<std::string> path;
    ProtobufMessage item(field->bytes);
    while (const auto part = item.next())
      if (part->number <= 2) path.push_back(replace_invalid_utf8(part->bytes));
    for (std::size_t i = 0; i + 1 < path.size() && place->is_object() && place->contains(path[i]); ++i)
      place = &(*place)[path[i]];
    if (!path.empty() && place->is_object()) place->erase(path.back());
  }
}

/// HistoryRecord: item is 1, step 2, of which num is 1.
void add_history(std::string_view bytes, WandbLog& log) {
  json row = json::object();
  std::optional<std::int64_t> step;
  ProtobufMessage record(bytes);
  while (const auto field = record.next()) {
    if (field->number == 1) put_item(field->bytes, row, log);
    if (field->number != 2) continue;
    step = 0;
    ProtobufMessage message(field->bytes);
    while (const auto part = message.next())
      if (part->number == 1) step = static_cast<std::int64_t>(part->varint);
  }
  if (!step) step = integer_in(member(row, "_step"));
  if (step) log.history.emplace_back(*step, std::move(row));
}

/// google.protobuf.Timestamp: seconds are 1, nanos 2.
double timestamp(std::string_view bytes) {
  double time = 0;
  ProtobufMessage message(bytes);
  while (const auto field = message.next())
    time += static_cast<double>(static_cast<std::int64_t>(field->varint)) * (field->number == 1 ? 1 : 1e-9);
  return time;
}

/// RunRecord. A program that goes on with a run writes one again.
void read_run_record(std::string_view bytes, WandbLog& log) {
  ProtobufMessage record(bytes);
  std::vector<std::string> tags;
  while (const auto field = record.next()) {
    const std::string text = field->number <= 13 ? replace_invalid_utf8(field->bytes) : "";
    switch (field->number) {
      case 1:
        log.id = text;
        break;
      case 3:
        log.project = text;
        break;
      case 4:
        update_values(field->bytes, log.config, log);
        break;
      case 5:
        update_values(field->bytes, log.summary, log);
        break;
      case 6:
        log.group = text;
        break;
      case 7:
        log.job_type = text;
        break;
      case 8:
        log.name = text;
        break;
      case 9:
        log.notes = text;
        break;
      case 10:
        tags.push_back(text);
        break;
      case 13:
        log.host = text;
        break;
      case 17:
        log.began = timestamp(field->bytes);
        break;
      case 21: {  // GitRepoRecord: commit is 2
        ProtobufMessage git(field->bytes);
        while (const auto part = git.next())
          if (part->number == 2) log.commit = replace_invalid_utf8(part->bytes);
        break;
      }
      default:
        break;
    }
  }
  if (!tags.empty()) log.tags = tags;
}

/// Record: history is 2, summary 3, config 5, run 17, exit 18, of which exit_code is 1.
void read_record(std::string_view bytes, WandbLog& log) {
  ProtobufMessage record(bytes);
  while (const auto field = record.next()) {
    if (field->number == 2) add_history(field->bytes, log);
    if (field->number == 3) update_values(field->bytes, log.summary, log);
    if (field->number == 5) update_values(field->bytes, log.config, log);
    if (field->number == 17) read_run_record(field->bytes, log);
    if (field->number != 18) continue;
    log.exit_code = 0;
    ProtobufMessage exit(field->bytes);
    while (const auto part = exit.next())
      if (part->number == 1) log.exit_code = static_cast<std::int32_t>(part->varint);
  }
}

}  // namespace

bool is_wandb_log(std::string_view bytes) { return bytes.size() >= kFileHeader && bytes.starts_with(kMagic); }

WandbLog read_wandb_log(std::string_view bytes) {
  WandbLog log;
  LogReader reader(bytes);
  while (const auto record = reader.next()) read_record(*record, log);
  log.problem = reader.problem();
  return log;
}

}  // namespace folio::runs
