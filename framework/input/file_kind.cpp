#include "input/file_kind.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>

#include "support/error.h"
#include "support/human.h"
#include "support/utf8.h"

namespace folio::input {
namespace {

namespace fs = std::filesystem;

/// A kind of file, and the command that makes text of one. In the command, {0} is the file, {1} the text, {2} the
/// text's name without .txt, {3} the folder or file that is unpacked, {4} the JSON Lines without a shell's quotes. None
/// of them is the file.
struct FileKind {
  std::string_view name;
  const char* command;
};

struct Signature {
  std::size_t offset;
  std::string_view bytes;
  FileKind kind;
};

constexpr const char* kPandoc = "pandoc -t plain --wrap=none -o {1} {0}";
constexpr const char* kCalibre = "ebook-convert {0} {1}";
constexpr const char* kOffice = "soffice --cat {0} > {1}";
constexpr const char* kDuckDb =
    "python3 -c \"import duckdb; duckdb.sql(\\\"COPY (SELECT text FROM {0}) TO '{4}' (FORMAT json)\\\")\" (after "
    "pip install duckdb)";
constexpr const char* kOcr = "tesseract {0} {2}";

constexpr std::string_view kZipMagic = "PK\x03\x04";
constexpr FileKind kEpub{"an EPUB", "pandoc -f epub -t plain --wrap=none -o {1} {0}"};
constexpr FileKind kOpenDocument{"an OpenDocument text", kPandoc};
constexpr FileKind kWord{"a Word document", kPandoc};
constexpr FileKind kZip{"a zip archive", "unzip {0} -d {3}"};

/// The first that fits counts, so what is special stands before what is general.
constexpr Signature kSignatures[] = {
    {0, "%PDF-", {"a PDF", "pdftotext {0} {1}"}},
    {30, "mimetypeapplication/epub+zip", kEpub},
    {30, "mimetypeapplication/vnd.oasis.opendocument.text", kOpenDocument},
    {0, kZipMagic, kZip},
    {0, "PK\x05\x06", {"an empty zip archive", "unzip {0} -d {3}"}},
    {0,
     {"\xFD"
      "7zXZ\0",
      6},
     {"compressed with xz", "xz -dc {0} > {3}"}},
    {0, "BZh", {"compressed with bzip2", "bzip2 -dc {0} > {3}"}},
    {0, "\x04\x22\x4D\x18", {"compressed with lz4", "lz4 -dc {0} > {3}"}},
    {0, "LZIP", {"compressed with lzip", "lzip -dc {0} > {3}"}},
    {0, "7z\xBC\xAF\x27\x1C", {"a 7-Zip archive", "7z x {0}"}},
    {0, "Rar!\x1A\x07", {"a RAR archive", "unrar x {0}"}},
    {257, "ustar", {"a tar archive", "tar -xf {0}"}},
    {0, "{\\rtf", {"RTF", "pandoc -f rtf -t plain --wrap=none -o {1} {0}"}},
    {0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", {"an old Microsoft Office document", kOffice}},
    {60, "BOOKMOBI", {"a Kindle or Mobipocket book", kCalibre}},
    {0, "AT&TFORM", {"a DjVu", "djvutxt {0} {1}"}},
    {0, "%!PS", {"PostScript", "ps2ascii {0} {1}"}},
    {0, "\x89PNG\r\n\x1A\n", {"a picture (PNG)", kOcr}},
    {0, "\xFF\xD8\xFF", {"a picture (JPEG)", kOcr}},
    {0, "PAR1", {"Parquet", kDuckDb}},
};
constexpr FileKind kHtml{"HTML", "pandoc -f html -t plain --wrap=none -o {1} {0}"};
constexpr FileKind kFictionBook{"a FictionBook", "pandoc -f fb2 -t plain --wrap=none -o {1} {0}"};

constexpr std::size_t kLookedAt = 4096;
constexpr std::size_t kTextBytesPerControl = 50;  ///< at least, in a text

/// What markup the text is, by its first lines.
std::optional<FileKind> markup_of(std::string_view bytes) {
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  std::string head(bytes.substr(0, kLookedAt));
  std::transform(head.begin(), head.end(), head.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const std::size_t begin = head.find_first_not_of(" \t\r\n\f");
  if (begin == head.npos || head[begin] != '<') return std::nullopt;
  if (head.find("<!doctype html") != head.npos || head.find("<html") != head.npos) return kHtml;
  if (head.find("<fictionbook") != head.npos) return kFictionBook;
  return std::nullopt;
}

/// What a zip archive is, by the files that it begins with or else by its name.
FileKind kind_of_zip(std::string_view bytes, const std::string& name) {
  const std::string_view head = bytes.substr(0, kLookedAt);
  if (head.find("META-INF/container.xml") != head.npos || name.ends_with(".epub")) return kEpub;
  if (head.find("word/") != head.npos || name.ends_with(".docx")) return kWord;
  return name.ends_with(".odt") ? kOpenDocument : kZip;
}

std::optional<FileKind> kind_of(std::string_view bytes, const std::string& name) {
  for (const Signature& signature : kSignatures) {
    if (bytes.size() < signature.offset || !bytes.substr(signature.offset).starts_with(signature.bytes)) continue;
    return signature.bytes == kZipMagic ? kind_of_zip(bytes, name) : signature.kind;
  }
  return markup_of(bytes);
}

fs::path without_suffix(fs::path path) { return path.replace_extension(); }

/// The path with another suffix, and another name where it has that already: what is to be read is not written over.
fs::path with_suffix(const fs::path& path, const std::string& suffix) {
  const bool has_it = path.extension() == suffix;
  return without_suffix(path) += has_it ? ".converted" + suffix : suffix;
}

/// "whale.txt" for "whale.txt.xz".
fs::path unpacked_name(const fs::path& path) {
  return path.has_extension() && path.extension() != ".txt" ? without_suffix(path) : with_suffix(path, ".txt");
}

}  // namespace

void refuse_other_kinds(std::string_view bytes, const fs::path& path, bool was_packed) {
  const std::optional<FileKind> kind = kind_of(bytes, path.string());
  if (!kind) return;
  const fs::path text = with_suffix(path, ".txt");
  const auto quoted = [](const fs::path& name) { return shell_quoted(name.native()); };
  const std::string command =
      fmt::format(fmt::runtime(kind->command), quoted(path), quoted(text), quoted(without_suffix(text)),
                  quoted(unpacked_name(path)), with_suffix(path, ".jsonl").string());
  throw Error(ErrorKind::run,
              fmt::format("{}: is {}{}, expected plain text; {}to convert it to text: {}", path.string(), kind->name,
                          was_packed ? " (unpacked)" : "", was_packed ? "unpacked, " : "", command));
}

bool is_odd_control(char byte) {
  constexpr std::string_view kOfText = "\b\t\n\v\f\r\x1A\x1B";
  return byte != '\0' && static_cast<unsigned char>(byte) < 0x20 && kOfText.find(byte) == kOfText.npos;
}

bool has_many_controls(std::string_view bytes) {
  constexpr std::ptrdiff_t kFew = 8;
  const std::string_view head = bytes.substr(0, 1 << 16);
  const auto controls = std::count_if(head.begin(), head.end(), is_odd_control);
  return controls >= kFew && static_cast<std::size_t>(controls) * kTextBytesPerControl > head.size();
}

bool looks_binary(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, kLookedAt);
  const auto controls = std::count_if(head.begin(), head.end(), [](char c) { return c == '\0' || is_odd_control(c); });
  return static_cast<std::size_t>(controls) * kTextBytesPerControl > head.size();
}

}  // namespace folio::input
