#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "runs/exchange/import.h"
#include "support/error.h"
#include "support/files.h"
#include "unit/runs/scratch.h"

/// What the tests of imports share.
namespace folio::runs::test {

/// A file beside the results, with the folders above it.
inline std::filesystem::path put(const ScratchFolder& scratch, const std::string& name, const std::string& contents) {
  const std::filesystem::path file = scratch.path() / "other" / name;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << contents;
  return file;
}

inline ImportReport import_one(const ScratchFolder& scratch, const std::filesystem::path& path) {
  const auto result = import_runs(scratch.path(), path);
  REQUIRE(result.runs.size() == 1);
  return result.runs[0];
}

inline const ImportReport& report_of(const ImportResult& result, const std::string& name) {
  for (const ImportReport& report : result.runs)
    if (report.name == name || report.own_name == name) return report;
  FAIL("no run " << name);
  return result.runs[0];
}

inline bool has(const std::vector<std::string>& sentences, const std::string& part) {
  return std::any_of(sentences.begin(), sentences.end(),
                     [&](const std::string& sentence) { return sentence.find(part) != std::string::npos; });
}

inline std::vector<std::pair<std::int64_t, double>> curve(const ScratchFolder& scratch, const std::string& id,
                                                          const std::string& metric = "loss") {
  Store store = open(scratch);
  store.sync();
  std::vector<std::pair<std::int64_t, double>> points;
  for (const Point& point : store.points(id, metric)) points.emplace_back(point.step, point.value);
  return points;
}

inline Run loaded(const ScratchFolder& scratch, const std::string& id) {
  Store store = open(scratch);
  CHECK(store.sync().empty());
  return store.load(id);
}

/// How many runs the store lists, and what it could not enter fails the test.
inline std::size_t count_of_runs(const ScratchFolder& scratch) {
  Store store = open(scratch);
  CHECK(store.sync().empty());
  return store.list().size();
}

inline std::string refusal(const ScratchFolder& scratch, const std::filesystem::path& path) {
  try {
    import_runs(scratch.path(), path);
    return "no error";
  } catch (const Error& error) {
    return error.what();
  }
}

inline std::string bytes_of(std::string_view hexadecimal) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hexadecimal.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string(hexadecimal.substr(i, 2)), nullptr, 16));
  return bytes;
}

/// What exchange_files.py left: a text, or the bytes of a .hex file.
inline std::string reference_file(const std::string& name) {
  std::string text = read_file(std::filesystem::path(FOLIO_SOURCE_DIR) / "tests/reference/exchange" / name);
  if (!name.ends_with(".hex")) return text;
  std::erase(text, '\n');
  return bytes_of(text);
}

}  // namespace folio::runs::test
