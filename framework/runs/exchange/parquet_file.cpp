#include "runs/exchange/parquet_file.h"

#include <algorithm>
#include <array>
#include <bit>

#include "support/version.h"

namespace folio::runs {
namespace {

constexpr std::string_view kParquetMagic = "PAR1";
constexpr std::int64_t kRowsInGroup = 1 << 20;

// Numbers of parquet.thrift's enumerations.
constexpr int kInt64 = 2, kDouble = 5, kByteArray = 6;   // Type
constexpr int kRequired = 0, kUtf8 = 0;                  // FieldRepetitionType, ConvertedType
constexpr int kPlain = 0, kRle = 3, kRleDictionary = 8;  // Encoding
constexpr int kUncompressed = 0;                         // CompressionCodec
constexpr int kDataPage = 0, kDictionaryPage = 2;        // PageType

template <typename Number>
void append_bytes(std::string& bytes, Number number) {
  for (std::size_t i = 0; i < sizeof number; ++i) bytes += static_cast<char>(number >> 8 * i & 0xff);
}

void append_varint(std::string& bytes, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) bytes += static_cast<char>(number | 0x80);
  bytes += static_cast<char>(number);
}

/// A structure in Thrift's compact protocol: fields in the order of their numbers.
class ThriftStruct {
 public:
  ThriftStruct& i32(int field, std::int64_t value) { return integer(field, kI32, value); }
  ThriftStruct& i64(int field, std::int64_t value) { return integer(field, kI64, value); }
  ThriftStruct& text(int field, std::string_view value) {
    header(field, kBinary);
    append_text(value);
    return *this;
  }
  ThriftStruct& object(int field, const ThriftStruct& value) {
    header(field, kStruct);
    bytes_ += value.finished();
    return *this;
  }
  ThriftStruct& objects(int field, const std::vector<ThriftStruct>& values) {
    list(field, kStruct, values.size());
    for (const ThriftStruct& value : values) bytes_ += value.finished();
    return *this;
  }
  ThriftStruct& i32s(int field, const std::vector<int>& values) {
    list(field, kI32, values.size());
    for (const int value : values) append_varint(bytes_, zigzag(value));
    return *this;
  }
  ThriftStruct& texts(int field, const std::vector<std::string>& values) {
    list(field, kBinary, values.size());
    for (const std::string& value : values) append_text(value);
    return *this;
  }

  std::string finished() const { return bytes_ + '\0'; }

 private:
  enum Type : std::uint8_t { kI32 = 5, kI64 = 6, kBinary = 8, kList = 9, kStruct = 12 };

  static std::uint64_t zigzag(std::int64_t value) {
    return static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
  }
  void header(int field, Type type) {
    bytes_ += static_cast<char>((field - last_) << 4 | type);
    last_ = field;
  }
  void append_text(std::string_view value) {
    append_varint(bytes_, value.size());
    bytes_ += value;
  }
  void list(int field, Type type, std::size_t size) {
    constexpr std::size_t kShort = 15;
    header(field, kList);
    bytes_ += static_cast<char>(std::min(size, kShort) << 4 | type);
    if (size >= kShort) append_varint(bytes_, size);
  }
  ThriftStruct& integer(int field, Type type, std::int64_t value) {
    header(field, type);
    append_varint(bytes_, zigzag(value));
    return *this;
  }

  std::string bytes_;
  int last_ = 0;
};

struct Column {
  const char* name;
  int type;
  bool text;
};
constexpr std::array<Column, 4> kColumns{
    {{"run", kByteArray, true}, {"step", kInt64, false}, {"metric", kByteArray, true}, {"value", kDouble, false}}};

/// A page's header and its contents.
std::string page(int type, int header_field, const ThriftStruct& header, const std::string& contents) {
  const auto size = static_cast<std::int64_t>(contents.size());
  return ThriftStruct().i32(1, type).i32(2, size).i32(3, size).object(header_field, header).finished() + contents;
}

std::string data_page(int encoding, const std::string& contents, std::int64_t rows) {
  const auto header = ThriftStruct().i32(1, rows).i32(2, encoding).i32(3, kRle).i32(4, kRle);
  return page(kDataPage, 5, header, contents);
}

}  // namespace

ParquetFile::ParquetFile(ExportFile& file) : file_(file) { file_.write(kParquetMagic); }

void ParquetFile::TextColumn::add(const std::string& text) {
  if (!repeats.empty() && dictionary[repeats.back().first] == text) {
    ++repeats.back().second;
    return;
  }
  const auto found = std::find(dictionary.begin(), dictionary.end(), text);
  repeats.emplace_back(static_cast<std::uint32_t>(found - dictionary.begin()), 1);
  if (found == dictionary.end()) dictionary.push_back(text);
}

void ParquetFile::add_row(const std::string& run, std::int64_t step, const std::string& metric, double value) {
  runs_.add(run);
  metrics_.add(metric);
  append_bytes(steps_, static_cast<std::uint64_t>(step));
  append_bytes(values_, std::bit_cast<std::uint64_t>(value));
  if (++rows_ == kRowsInGroup) write_group();
}

void ParquetFile::finish() {
  if (rows_ > 0) write_group();
  std::string end = footer();
  append_bytes(end, static_cast<std::uint32_t>(end.size()));
  file_.write(end + std::string(kParquetMagic));
}

void ParquetFile::write_group() {
  Group group{{}, rows_};
  group.chunks.push_back(write_texts(runs_, rows_));
  group.chunks.push_back(write_numbers(steps_, rows_));
  group.chunks.push_back(write_texts(metrics_, rows_));
  group.chunks.push_back(write_numbers(values_, rows_));
  groups_.push_back(std::move(group));
  runs_ = metrics_ = {};
  steps_.clear();
  values_.clear();
  rows_ = 0;
}

/// The indices are in the hybrid of run lengths and bit packing, as run lengths alone: the number of times, doubled,
/// and the index in as many bytes as the width takes.
ParquetFile::Chunk ParquetFile::write_texts(const TextColumn& column, std::int64_t rows) {
  std::string dictionary;
  for (const std::string& text : column.dictionary) {
    append_bytes(dictionary, static_cast<std::uint32_t>(text.size()));
    dictionary += text;
  }
  const int width = std::max(1, static_cast<int>(std::bit_width(column.dictionary.size() - 1)));
  std::string indices(1, static_cast<char>(width));
  for (const auto& [index, count] : column.repeats) {
    append_varint(indices, count << 1);
    for (int bit = 0; bit < width; bit += 8) indices += static_cast<char>(index >> bit & 0xff);
  }
  const auto header = ThriftStruct().i32(1, static_cast<std::int64_t>(column.dictionary.size())).i32(2, kPlain);
  Chunk chunk{.dictionary_offset = static_cast<std::int64_t>(file_.written())};
  file_.write(page(kDictionaryPage, 7, header, dictionary));
  chunk.data_offset = static_cast<std::int64_t>(file_.written());
  file_.write(data_page(kRleDictionary, indices, rows));
  chunk.bytes = static_cast<std::int64_t>(file_.written()) - chunk.dictionary_offset;
  return chunk;
}

ParquetFile::Chunk ParquetFile::write_numbers(const std::string& values, std::int64_t rows) {
  Chunk chunk{.data_offset = static_cast<std::int64_t>(file_.written())};
  file_.write(data_page(kPlain, values, rows));
  chunk.bytes = static_cast<std::int64_t>(file_.written()) - chunk.data_offset;
  return chunk;
}

/// FileMetaData of parquet.thrift.
std::string ParquetFile::footer() const {
  std::vector<ThriftStruct> schema{ThriftStruct().text(4, "points").i32(5, kColumns.size())};
  for (const Column& column : kColumns) {
    ThriftStruct element = ThriftStruct().i32(1, column.type).i32(3, kRequired).text(4, column.name);
    if (column.text) element.i32(6, kUtf8);
    schema.push_back(element);
  }
  std::vector<ThriftStruct> groups;
  std::int64_t all_rows = 0;
  for (const Group& group : groups_) {
    std::vector<ThriftStruct> chunks;
    std::int64_t bytes = 0;
    for (std::size_t i = 0; i < kColumns.size(); ++i) {
      const Chunk& chunk = group.chunks[i];
      ThriftStruct meta =
          ThriftStruct()
              .i32(1, kColumns[i].type)
              .i32s(2, kColumns[i].text ? std::vector{kPlain, kRle, kRleDictionary} : std::vector{kPlain, kRle})
              .texts(3, {kColumns[i].name})
              .i32(4, kUncompressed)
              .i64(5, group.rows)
              .i64(6, chunk.bytes)
              .i64(7, chunk.bytes)
              .i64(9, chunk.data_offset);
      if (chunk.dictionary_offset >= 0) meta.i64(11, chunk.dictionary_offset);
      const std::int64_t begin = chunk.dictionary_offset >= 0 ? chunk.dictionary_offset : chunk.data_offset;
      chunks.push_back(ThriftStruct().i64(2, begin).object(3, meta));
      bytes += chunk.bytes;
    }
    groups.push_back(ThriftStruct().objects(1, chunks).i64(2, bytes).i64(3, group.rows));
    all_rows += group.rows;
  }
  return ThriftStruct()
      .i32(1, 1)
      .objects(2, schema)
      .i64(3, all_rows)
      .objects(4, groups)
      .text(6, "folio " + std::string(folio_version()))
      .finished();
}

}  // namespace folio::runs
