#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runs/exchange/export_file.h"

namespace folio::runs {

/// Writes the long table of points as Apache Parquet (format 1.0 of https://parquet.apache.org/docs/file-format): the
/// required columns run, step, metric and value. Texts are in dictionaries, whose indices repeat for as long as a run
/// or a metric goes on; numbers are plain. Nothing is compressed.
class ParquetFile {
 public:
  explicit ParquetFile(ExportFile& file);

  void add_row(const std::string& run, std::int64_t step, const std::string& metric, double value);

  /// Writes what is left and the footer. Call once, last; the file is the caller's to commit.
  void finish();

 private:
  /// A column of texts, each as its place in the dictionary and how often it follows itself.
  struct TextColumn {
    std::vector<std::string> dictionary;
    std::vector<std::pair<std::uint32_t, std::uint64_t>> repeats;
    void add(const std::string& text);
  };
  /// Where a column's pages lie.
  struct Chunk {
    std::int64_t dictionary_offset = -1;  ///< -1: none
    std::int64_t data_offset = 0;
    std::int64_t bytes = 0;
  };
  struct Group {
    std::vector<Chunk> chunks;
    std::int64_t rows = 0;
  };

  void write_group();
  Chunk write_texts(const TextColumn& column, std::int64_t rows);
  Chunk write_numbers(const std::string& values, std::int64_t rows);
  std::string footer() const;

  ExportFile& file_;
  TextColumn runs_, metrics_;
  std::string steps_, values_;  ///< eight bytes each, little endian
  std::int64_t rows_ = 0;       ///< of the group that is being gathered
  std::vector<Group> groups_;
};

}  // namespace folio::runs
