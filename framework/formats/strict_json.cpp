#include "formats/strict_json.h"

#include <algorithm>
#include <utility>

#include "formats/json_fault.h"
#include "support/error.h"
#include "support/nearest_name.h"

namespace folio {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxShownBytes = 60;

/// A value's text, cut where it is long, in ASCII.
std::string shown_value(const json& value) {
  std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
  if (text.size() > kMaxShownBytes) text = text.substr(0, kMaxShownBytes) + "...";
  return text;
}

/// Takes the parser's events and builds the value. The library's own builder knows no limits, and its callback takes a
/// time that grows with the square of a list's length.
class StrictBuilder {
 public:
  StrictBuilder(std::string_view text, const std::string& name, const JsonRules& rules)
      : text_(text), name_(name), rules_(rules) {}

  json take() { return std::move(root_); }

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(std::int64_t value) { return add(value); }
  bool number_unsigned(std::uint64_t value) { return add(value); }
  bool number_float(double value, const std::string&) { return add(value); }
  bool string(std::string& value) { return add(std::move(value)); }
  bool binary(json::binary_t&) { return false; }  // not in text
  bool start_object(std::size_t) { return open(json::object()); }
  bool start_array(std::size_t) { return open(json::array()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(std::string& name) {
    auto& object = open_.back()->get_ref<json::object_t&>();
    const auto [place, is_new] = object.try_emplace(std::move(name));
    if (!is_new && rules_.unique_names) fail("the name " + shown_value(place->first) + " occurs twice in one object");
    place_ = &place->second;
    return true;
  }

  bool parse_error(std::size_t bytes_read, const std::string& token, const json::exception& problem) {
    const std::size_t place = std::max<std::size_t>(bytes_read, 1) - 1;
    if (dynamic_cast<const json::out_of_range*>(&problem) != nullptr) {
      const std::size_t in_number = std::min(place, text_.size() - 1);  // which may end the text
      fail("is not valid JSON: " +
           json_fault(text_, in_number, "the number " + token.substr(0, kMaxShownBytes) + " is too large"));
    }
    fail("is not valid JSON: " + json_fault(text_, place));
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const { throw Error(rules_.kind, name_ + ": " + problem); }

  json* put(json value) {
    if (open_.empty()) return &(root_ = std::move(value));
    if (open_.back()->is_array()) return &open_.back()->get_ref<json::array_t&>().emplace_back(std::move(value));
    return &(*place_ = std::move(value));
  }

  bool add(json value) {
    put(std::move(value));
    return true;
  }

  bool open(json value) {
    if (open_.size() >= static_cast<std::size_t>(rules_.depth))
      fail("is nested deeper than " + std::to_string(rules_.depth));
    open_.push_back(put(std::move(value)));
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  std::string_view text_;
  const std::string& name_;
  const JsonRules& rules_;
  json root_;
  std::vector<json*> open_;  // each within the one before, which does not grow meanwhile
  json* place_ = nullptr;    // of the name that came last
};

std::string shown(const json& value) {
  if (value.is_structured()) return value.is_array() ? "an array" : "an object";
  return shown_value(value);
}

}  // namespace

json parse_strict_json(std::string_view text, const std::string& name, const JsonRules& rules) {
  // The library takes a zero byte for the end, and would not see what comes behind it.
  if (const std::size_t place = text.find('\0'); place != std::string_view::npos)
    throw Error(rules.kind, name + ": is not valid JSON: " + json_fault(text, place, "a zero byte"));
  StrictBuilder builder(text, name, rules);
  json::sax_parse(text, &builder);
  return builder.take();
}

JsonPart JsonPart::at(const std::string& key) const {
  if (!has(key)) fail("has no '" + key + "'");
  return {(*value_)[key], path_ + (path_.ends_with(": ") ? "" : ".") + key, kind_};
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
  for (std::size_t i = 0; i < value_->size(); ++i) visit({(*value_)[i], path_ + "[" + std::to_string(i) + "]", kind_});
}

void JsonPart::fail(const std::string& problem) const {
  throw Error(kind_, path_ + (path_.ends_with(": ") ? "" : ": ") + problem);
}

void JsonPart::fail_expecting(const std::string& what) const { fail("expected " + what + ", got " + shown(*value_)); }

}  // namespace folio
