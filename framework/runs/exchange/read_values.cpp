#include "runs/exchange/read_values.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <vector>

#include "formats/description_json.h"
#include "formats/json_fault.h"
#include "support/error.h"
#include "support/files.h"
#include "support/utf8.h"

namespace folio::runs {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uintmax_t kLargestYaml = 1 << 20;  // the parser takes a hundred times a text's memory
constexpr int kDeepest = 100;
constexpr std::int64_t kMostJsonValues = 100'000'000;  // each takes at least 16 bytes
constexpr std::size_t kMostYamlValues = 100'000;       // aliases may stand for many more than are written

/// JSON for the parser, and where it differs from what was read.
struct QuotedJson {
  std::string text;
  std::vector<std::size_t> quotes;  ///< places in `text` of those that were put around bare words
  int depth = 0;                    ///< of the deepest value
  std::int64_t values = 0;          ///< at least as many as there are
};

/// Puts quotes around the bare words that stand outside texts.
QuotedJson quote_bare_numbers(std::string_view text) {
  QuotedJson result;
  std::string& quoted = result.text;
  quoted.reserve(text.size() + 64);
  bool in_text = false;
  int depth = 0;
  for (std::size_t i = 0; i < text.size();) {
    std::string_view word;
    if (!in_text) {
      for (const std::string_view candidate : {"NaN", "Infinity", "-Infinity"})
        if (text.substr(i).starts_with(candidate)) word = candidate;
    }
    if (!word.empty()) {
      result.quotes.push_back(quoted.size());
      quoted.append("\"").append(word);
      result.quotes.push_back(quoted.size());
      quoted += '"';
      i += word.size();
      continue;
    }
    if (!in_text && (text[i] == '[' || text[i] == '{')) result.depth = std::max(result.depth, ++depth);
    if (!in_text && (text[i] == '[' || text[i] == '{' || text[i] == ',')) ++result.values;
    if (!in_text && (text[i] == ']' || text[i] == '}')) --depth;
    if (in_text && text[i] == '\\' && i + 1 < text.size())
      quoted += text[i++];
    else if (text[i] == '"')
      in_text = !in_text;
    quoted += text[i++];
  }
  return result;
}

/// The place in what was read, from 0, of a byte that the parser counts from 1.
std::size_t place_read(const QuotedJson& quoted, std::size_t parser_byte) {
  const std::size_t at = std::max<std::size_t>(parser_byte, 1) - 1;
  const auto added = std::lower_bound(quoted.quotes.begin(), quoted.quotes.end(), at) - quoted.quotes.begin();
  return at - static_cast<std::size_t>(added);
}

/// A plain scalar by YAML's core schema.
json plain_scalar(const std::string& text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return nullptr;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (text == ".nan" || text == ".NaN" || text == ".NAN") return "NaN";
  if (text == ".inf" || text == "+.inf" || text == ".Inf") return "Infinity";
  if (text == "-.inf" || text == "-.Inf") return "-Infinity";
  return value_of_text(text);
}

/// In UTF-8, which no file promises, nor an escape such as "\ud800".
std::string text_of(const YAML::Node& scalar) { return replace_invalid_utf8(scalar.Scalar()); }

json from_yaml(const YAML::Node& node, int depth, std::size_t& values) {
  if (depth > kDeepest || ++values > kMostYamlValues)
    throw Error(ErrorKind::store, "is nested too deeply, or too large");
  switch (node.Type()) {
    case YAML::NodeType::Scalar:
      return node.Tag() == "?" ? plain_scalar(text_of(node)) : json(text_of(node));
    case YAML::NodeType::Sequence: {
      json list = json::array();
      for (const auto& item : node) list.push_back(from_yaml(item, depth + 1, values));
      return list;
    }
    case YAML::NodeType::Map: {
      json object = json::object();
      for (const auto& entry : node) {
        if (!entry.first.IsScalar()) throw Error(ErrorKind::store, "has a name that is no plain value");
        object[text_of(entry.first)] = from_yaml(entry.second, depth + 1, values);
      }
      return object;
    }
    default:
      return nullptr;
  }
}

}  // namespace

json read_python_json(std::string_view text, const std::string& name) {
  const QuotedJson quoted = quote_bare_numbers(text);
  // Not by a callback of the parser: with one it takes a time that grows with the square of a list's length.
  if (quoted.depth > kDeepest)
    throw Error(ErrorKind::store, fmt::format("{}: is nested deeper than {} levels", name, kDeepest));
  if (quoted.values > kMostJsonValues)
    throw Error(ErrorKind::store, fmt::format("{}: has more than {} values", name, kMostJsonValues));
  try {
    return json::parse(quoted.text);
  } catch (const json::parse_error& error) {
    throw Error(ErrorKind::store,
                fmt::format("{}: is not valid JSON: {}", name, json_fault(text, place_read(quoted, error.byte))));
  } catch (const json::out_of_range&) {  // of numbers alone
    throw Error(ErrorKind::store, name + ": is not valid JSON: it has a number too large for 64 bits");
  }
}

json read_python_json(const fs::path& file) {
  return read_python_json(read_file(file, ErrorKind::store, kLargestImport), file.string());
}

json read_yaml_values(const fs::path& file) {
  const std::string text = read_file(file, ErrorKind::store, kLargestYaml);
  try {
    std::size_t values = 0;
    return from_yaml(YAML::Load(text), 0, values);
  } catch (const YAML::Exception& error) {
    throw Error(ErrorKind::store, fmt::format("{}: is not YAML: line {}, column {}: {}", file.string(),
                                              error.mark.line + 1, error.mark.column + 1, error.msg));
  } catch (const Error& error) {  // from_yaml() does not know the file
    throw Error(ErrorKind::store, file.string() + ": " + error.what());
  }
}

json value_of_text(const std::string& text) {
  const json value = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (value.is_boolean() || value.is_number_integer()) return value;
  // An integer of more digits than 64 bits hold would be a rounded number.
  const bool whole = text.find_first_of(".eE") == std::string::npos;
  return value.is_number_float() && !whole ? value : json(text);
}

std::string iso_time(std::optional<double> seconds) {
  constexpr double kYear10000 = 253402300800;
  if (!seconds || !(*seconds >= 0 && *seconds < kYear10000)) return "";
  const auto milliseconds = static_cast<std::int64_t>(std::floor(*seconds * 1000 + 0.5));
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(static_cast<std::time_t>(milliseconds / 1000)),
                     milliseconds % 1000);
}

std::optional<double> time_in(const std::string& iso) {
  int year = 0, end = 0;
  unsigned month = 0, day = 0, hour = 0, minute = 0;
  double second = 0;
  const int read =
      std::sscanf(iso.c_str(), "%4d-%2u-%2uT%2u:%2u:%lfZ%n", &year, &month, &day, &hour, &minute, &second, &end);
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  if (read != 6 || static_cast<std::size_t>(end) != iso.size() || !date.ok()) return std::nullopt;
  return std::chrono::duration<double>(std::chrono::sys_days(date).time_since_epoch()).count() + hour * 3600.0 +
         minute * 60.0 + second;
}

std::optional<double> file_time(const fs::path& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0) return std::nullopt;
  return static_cast<double>(status.st_mtim.tv_sec) + 1e-9 * static_cast<double>(status.st_mtim.tv_nsec);
}

}  // namespace folio::runs
