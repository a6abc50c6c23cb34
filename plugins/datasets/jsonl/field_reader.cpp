#include "jsonl/field_reader.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "folio/error.h"
#include "support/nearest_name.h"
#include "support/utf8.h"

namespace folio::jsonl {
namespace {

namespace dom = simdjson::dom;

/// A name that stands twice in one object, at any depth.
std::optional<std::string> doubled_name(const dom::element& value) {
  if (value.is_array()) {
    for (const dom::element& item : dom::array(value)) {
      if (!item.is_array() && !item.is_object()) continue;
      if (auto name = doubled_name(item)) return name;
    }
  } else if (value.is_object()) {
    std::vector<std::string_view> names;
    for (const dom::key_value_pair& member : dom::object(value)) {
      names.push_back(member.key);
      if (auto name = doubled_name(member.value)) return name;
    }
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice != names.end()) return std::string(*twice);
  }
  return std::nullopt;
}

std::string_view kind_of(const dom::element& value) {
  switch (value.type()) {
    case dom::element_type::ARRAY:
      return "an array";
    case dom::element_type::OBJECT:
      return "an object";
    case dom::element_type::STRING:
      return "a text";
    case dom::element_type::BOOL:
      return "true or false";
    case dom::element_type::NULL_VALUE:
      return "null";
    default:
      return "a number";
  }
}

/// Where a line stops being JSON and why; none where nlohmann's parser finds nothing wrong. simdjson, which reads the
/// lines, does not say where.
std::optional<std::string> why_not_json(std::string_view json) {
  constexpr std::size_t kMaxReasonBytes = 200;
  try {
    const auto discard = [](int, nlohmann::json::parse_event_t, const nlohmann::json&) { return false; };
    [[maybe_unused]] const nlohmann::json nothing = nlohmann::json::parse(json, discard);
    return std::nullopt;
  } catch (const nlohmann::json::parse_error& problem) {
    std::string_view reason = problem.what();
    const std::size_t place_end = reason.find(": ");
    if (place_end != reason.npos) reason.remove_prefix(place_end + 2);
    return fmt::format("is not valid JSON at byte {} of the line: {}", problem.byte,
                       replace_invalid_utf8(reason.substr(0, kMaxReasonBytes)));
  } catch (const nlohmann::json::exception& problem) {
    return fmt::format("is not valid JSON: {:.{}}", problem.what(), kMaxReasonBytes);
  }
}

/// The code unit of the escape \uXXXX at `at`; none where none stands there.
std::optional<unsigned> escaped_unit(std::string_view json, std::size_t at) {
  if (json.substr(at, 2) != "\\u" || at + 6 > json.size()) return std::nullopt;
  unsigned unit = 0;
  for (const char c : json.substr(at + 2, 4)) {
    const int digit = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
    if (digit < 0) return std::nullopt;
    unit = unit * 16 + static_cast<unsigned>(digit);
  }
  return unit;
}

bool is_high(std::optional<unsigned> unit) { return unit && *unit >= 0xD800 && *unit <= 0xDBFF; }
bool is_low(std::optional<unsigned> unit) { return unit && *unit >= 0xDC00 && *unit <= 0xDFFF; }

}  // namespace

struct FieldReader::Parser {
  dom::parser parser;
  simdjson::error_code error = simdjson::SUCCESS;
};

struct FieldReader::Line {
  std::size_t number;
  std::size_t begin;  ///< its offset in the file
};

FieldReader::FieldReader(std::string path, std::string field, bool replace)
    : path_(std::move(path)), field_(std::move(field)), replace_(replace), parser_(std::make_unique<Parser>()) {}

FieldReader::~FieldReader() = default;

std::string_view FieldReader::read(std::string_view file, std::size_t begin, std::size_t end, std::size_t number) {
  constexpr std::size_t kLargestToKeep = 16 << 20;
  if (parser_->parser.capacity() > kLargestToKeep) parser_ = std::make_unique<Parser>();  // gives memory back
  const Line line{number, begin};
  const std::string_view json = file.substr(begin, end - begin);
  if (json.find_first_not_of(" \t\r") == json.npos) return {};
  std::optional<std::string_view> text = text_of(json, end + simdjson::SIMDJSON_PADDING <= file.size(), line);
  if (!text && replace_) {
    repaired_ = without_lone_surrogates(replace_invalid_utf8(json));
    text = text_of(repaired_, false, line);
  }
  if (!text) fail_unreadable(line, replace_ ? repaired_ : json);
  return *text;
}

std::optional<std::string_view> FieldReader::text_of(std::string_view json, bool is_padded, const Line& line) {
  dom::element value;
  parser_->error = parser_->parser.parse(json.data(), json.size(), !is_padded).get(value);
  if (parser_->error != simdjson::SUCCESS) return std::nullopt;
  if (!value.is_object()) fail(line, fmt::format("expected an object, got {}", kind_of(value)));
  if (const auto name = doubled_name(value)) fail(line, fmt::format("the name '{}' stands twice in one object", *name));
  dom::element field;
  if (value.at_key(field_).get(field) != simdjson::SUCCESS) {
    std::vector<std::string> names;
    for (const dom::key_value_pair& member : dom::object(value)) names.emplace_back(member.key);
    fail(line, fmt::format("has no '{}'{}", field_, did_you_mean(field_, names)));
  }
  std::string_view text;
  if (field.get(text) != simdjson::SUCCESS)
    fail(line, fmt::format("'{}': expected a text, got {}", field_, kind_of(field)));
  // simdjson lets a lone low surrogate through.
  if (first_invalid_utf8(text)) return std::nullopt;
  return text;
}

void FieldReader::fail(const Line& line, const std::string& problem) const {
  throw Error(ErrorKind::run, fmt::format("{}:{}: {}", path_, line.number, problem));
}

void FieldReader::fail_unreadable(const Line& line, std::string_view json) const {
  if (const auto offset = first_invalid_utf8(json)) {
    fail(line,
         fmt::format("is not UTF-8 at byte {} of the line, {} of the file (0x{:02x}); errors: replace puts U+FFFD "
                     "there",
                     *offset + 1, line.begin + *offset + 1, static_cast<unsigned char>(json[*offset])));
  }
  if (const auto reason = why_not_json(json)) fail(line, *reason);
  fail(line, fmt::format("cannot be read: {}", simdjson::error_message(parser_->error)));
}

std::string without_lone_surrogates(std::string_view json) {
  constexpr std::string_view kReplacement = "\\uFFFD";
  std::string result;
  result.reserve(json.size());
  std::size_t at = 0;
  for (std::size_t next = json.find('\\'); next != json.npos; next = json.find('\\', at)) {
    result.append(json, at, next - at);
    const auto unit = escaped_unit(json, next);
    const bool is_pair = is_high(unit) && is_low(escaped_unit(json, next + 6));
    const std::size_t length = is_pair ? 12 : unit ? 6 : 2;
    const bool is_lone = !is_pair && (is_high(unit) || is_low(unit));
    result.append(is_lone ? kReplacement : json.substr(next, length));
    at = std::min(next + length, json.size());
  }
  result.append(json, at);
  return result;
}

}  // namespace folio::jsonl
