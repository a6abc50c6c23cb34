#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/error.h"

namespace folio {

/// What JSON has to keep to besides being JSON.
struct JsonRules {
  ErrorKind kind = ErrorKind::run;  ///< of the Error that is thrown
  int depth = 32;                   ///< lists and objects within each other; code that walks through them calls itself
  bool unique_names = true;         ///< a name that stands twice in one object is an error; else the last one counts
};

/// Reads JSON that a stranger may have written, in a time and memory that grow with its length. Throws Error, naming
/// the place in the text. `name` is what messages call the text, usually its file.
nlohmann::json parse_strict_json(std::string_view text, const std::string& name, const JsonRules& rules = {});

/// A value together with where it stands, so that what is wrong with it can be said: "tokenizer.json: model.merges[3]:
/// expected a text, got 5". A view: the JSON must live as long. All functions throw Error of that form.
class JsonPart {
 public:
  /// `path` is "tokenizer.json: " of the whole.
  JsonPart(const nlohmann::json& value, std::string path, ErrorKind kind = ErrorKind::run)
      : value_(&value), path_(std::move(path)), kind_(kind) {}

  const nlohmann::json& value() const { return *value_; }
  const std::string& path() const { return path_; }
  bool is_null() const { return value_->is_null(); }

  /// The member of an object. It must be there.
  JsonPart at(const std::string& key) const;
  bool has(const std::string& key) const;

  void expect_object() const;
  /// Refuses a member that is not among these names, with the nearest one suggested.
  void expect_only(const std::vector<std::string>& names) const;
  /// Refuses anything but null.
  void expect_null() const;

  const std::string& text() const;
  bool boolean() const;
  std::int64_t integer(std::int64_t low, std::int64_t high) const;

  /// Calls `visit` with each element of an array in turn.
  void for_each(const std::function<void(const JsonPart&)>& visit) const;

  [[noreturn]] void fail(const std::string& problem) const;
  /// "expected `what`, got ...".
  [[noreturn]] void fail_expecting(const std::string& what) const;

 private:
  const nlohmann::json* value_;
  std::string path_;
  ErrorKind kind_;
};

}  // namespace folio
