#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "runs/record/json_values.h"

/// Values as other programs write them. What is no value of the format throws Error (store) naming `name`, or the file.
namespace folio::runs {

/// Bytes of a file that another program wrote.
constexpr std::uintmax_t kLargestImport = std::uintmax_t{1} << 30;

/// JSON with NaN, Infinity and -Infinity, which Python writes bare, as texts of the same letters. Refuses nesting
/// deeper than 100, and more than 100 million values.
nlohmann::json read_python_json(std::string_view text, const std::string& name);
nlohmann::json read_python_json(const std::filesystem::path& file);

/// YAML as a program writes it: plain scalars by the core schema (null, true, 12, 1e-3, .nan), quoted ones as texts.
nlohmann::json read_yaml_values(const std::filesystem::path& file);

/// What was typed as text: what reads as JSON's number or truth value is taken as that, if nothing of it is lost.
nlohmann::json value_of_text(const std::string& text);

/// Seconds since 1970 as ISO 8601 in UTC with milliseconds; empty for none, NaN, or a time before 1970 or after 9999.
std::string iso_time(std::optional<double> seconds);

/// The other way, with any number of digits behind the second; none for a text of another form.
std::optional<double> time_in(const std::string& iso);

/// When the file was written last, in seconds since 1970.
std::optional<double> file_time(const std::filesystem::path& file);

}  // namespace folio::runs
