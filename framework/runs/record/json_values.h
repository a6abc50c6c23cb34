#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

/// Values of JSON that anybody may have written: what is of another type counts as not there.
namespace folio::runs {

/// How deep lists and objects may be nested in the files of a run.
constexpr int kDeepestJson = 128;

/// A number, or one of the texts that stand for NaN and infinities; none for anything else.
std::optional<double> number_in(const nlohmann::json& value);

/// A whole number, also where it is written 3.0; none for anything else, or one that is out of range.
std::optional<std::int64_t> integer_in(const nlohmann::json& value);

/// A member of an object; null where it is no object or has no such member.
const nlohmann::json& member(const nlohmann::json& object, const std::string& key);

/// What stands at a path of names such as "/training/seed"; null where that leads to nothing.
const nlohmann::json& value_at(const nlohmann::json& object, std::string_view path);

/// A text member; empty where there is none.
std::string text_in(const nlohmann::json& object, const char* key);

}  // namespace folio::runs
