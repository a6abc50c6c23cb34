#include "formats/strict_json.h"

#include <algorithm>
#include <memory>
#include <unordered_set>
#include <utility>

#include "formats/json_fault.h"
#include "support/error.h"
#include "support/nearest_name.h"

namespace folio {
namespace {

using nlohmann::json;

constexpr int kMaxDepth = 32;
constexpr std::size_t kMaxShownBytes = 60;

/// The parser's callback: keeps the names of each object that is open.
class DuplicateGuard {
 public:
  explicit DuplicateGuard(std::string name) : name_(std::move(name)) {}

  bool operator()(int depth, json::parse_event_t event, const json& value) {
    if (event == json::parse_event_t::object_start || event == json::parse_event_t::array_start) {
      if (depth >= kMaxDepth)
        throw Error(ErrorKind::run, name_ + ": is nested deeper than " + std::to_string(kMaxDepth));
    }
    if (event == json::parse_event_t::object_start) open_.emplace_back();
    if (event == json::parse_event_t::object_end) open_.pop_back();
    if (event == json::parse_event_t::key && !open_.back().insert(value.get_ref<const std::string&>()).second)
      throw Error(ErrorKind::run, name_ + ": the name " + value.dump() + " occurs twice in one object");
    return true;
  }

 private:
  std::string name_;
  std::vector<std::unordered_set<std::string>> open_;
};

std::string shown(const json& value) {
  if (value.is_structured()) return value.is_array() ? "an array" : "an object";
  std::string text = value.dump(-1, ' ', true);
  if (text.size() > kMaxShownBytes) text = text.substr(0, kMaxShownBytes) + "...";
  return text;
}

}  // namespace

json parse_strict_json(std::string_view text, const std::string& name) {
  // Shared: the parser copies the callback.
  const auto guard = std::make_shared<DuplicateGuard>(name);
  try {
    return json::parse(text, [guard](int depth, json::parse_event_t event, const json& value) {
      return (*guard)(depth, event, value);
    });
  } catch (const json::exception& problem) {
    throw Error(ErrorKind::run, name + ": is not valid JSON: " + json_reason(problem));
  }
}

JsonPart JsonPart::at(const std::string& key) const {
  if (!has(key)) fail("has no '" + key + "'");
  return {(*value_)[key], path_ + (path_.ends_with(": ") ? "" : ".") + key};
}

bool JsonPart::has(const std::string& key) const {
  expect_object();
  return value_->contains(key);
}

void JsonPart::expect_object() const {
  if (!value_->is_object()) fail_expecting("an object");
}

void JsonPart::expect_only(const std::vector<std::string>& names) const {
  expect_object();
  for (const auto& member : value_->items())
    if (std::find(names.begin(), names.end(), member.key()) == names.end())
      fail("'" + member.key() + "' is not supported" + did_you_mean(member.key(), names));
}

void JsonPart::expect_null() const {
  if (!is_null()) fail(shown(*value_) + " is not supported, expected null");
}

const std::string& JsonPart::text() const {
  if (!value_->is_string()) fail_expecting("a text");
  return value_->get_ref<const std::string&>();
}

bool JsonPart::boolean() const {
  if (!value_->is_boolean()) fail_expecting("true or false");
  return value_->get<bool>();
}

std::int64_t JsonPart::integer(std::int64_t low, std::int64_t high) const {
  // A number above INT64_MAX would come back negative.
  const bool fits = value_->is_number_integer() &&
                    (!value_->is_number_unsigned() || value_->get<std::uint64_t>() <= INT64_MAX) &&
                    value_->get<std::int64_t>() >= low && value_->get<std::int64_t>() <= high;
  if (!fits) fail_expecting("a whole number from " + std::to_string(low) + " to " + std::to_string(high));
  return value_->get<std::int64_t>();
}

void JsonPart::for_each(const std::function<void(const JsonPart&)>& visit) const {
  if (!value_->is_array()) fail_expecting("an array");
  for (std::size_t i = 0; i < value_->size(); ++i) visit({(*value_)[i], path_ + "[" + std::to_string(i) + "]"});
}

void JsonPart::fail(const std::string& problem) const {
  throw Error(ErrorKind::run, path_ + (path_.ends_with(": ") ? "" : ": ") + problem);
}

void JsonPart::fail_expecting(const std::string& what) const { fail("expected " + what + ", got " + shown(*value_)); }

}  // namespace folio
