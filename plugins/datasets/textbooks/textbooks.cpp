#include "textbooks/textbooks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "folio/error.h"
#include "support/files.h"
#include "support/sha256.h"
#include "support/utf8.h"
#include "textbooks/license.h"
#include "textbooks/stand_in.h"

namespace folio::textbooks {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Makes "\r\n" and a lone "\r" one "\n" (Python's universal newlines).
void unify_line_ends(std::string& text) {
  std::size_t to = 0;
  for (std::size_t from = 0; from < text.size(); ++from) {
    if (text[from] == '\r' && from + 1 < text.size() && text[from + 1] == '\n') continue;
    text[to++] = text[from] == '\r' ? '\n' : text[from];
  }
  text.resize(to);
}

void check_utf8(std::string_view text, const std::string& file) {
  const auto offset = first_invalid_utf8(text);
  if (!offset) return;
  throw Error(ErrorKind::run,
              fmt::format("{}: is not UTF-8 at byte {} (0x{:02x}); if it is in another encoding, convert it first "
                          "(iconv -f LATIN1 -t UTF-8)",
                          file, *offset, static_cast<unsigned char>(text[*offset])));
}

/// A page of a proxy, or half a book, must not be kept as the book.
void check_download(const CatalogueBook& book, std::string_view contents) {
  if (sha256_hex(contents) == book.sha256) return;
  const Body body = find_body(contents);
  if (!body.marked || !body.note.empty()) {
    throw Error(ErrorKind::run, "what came has not the START and END lines of a book of Project Gutenberg's");
  }
}

void add_note(Provenance& provenance, const std::string& note) {
  if (!provenance.note.empty()) provenance.note += "; ";
  provenance.note += note;
}

}  // namespace

OptionTable options() {
  return OptionTable{
      text_list("books", {{"romeo-and-juliet"}})
          .help(fmt::format("catalogue names ({}), files, folders or globs, in the order in which they are read",
                            fmt::join(catalogue_ids(), ", "))),
      text("data_dir")
          .absent_means("the folders of FOLIO_DATA, data/ and the cache")
          .help("a folder to look for books in, before all others"),
      boolean("stand_in", true)
          .help("take a generated play where a catalogue book cannot be had; false stops the run instead"),
      boolean("download", true).help("bring a catalogue book that is not here from Project Gutenberg"),
      text("newlines", "keep").choices({"keep", "lf"}).help("line ends as in the file, or every one a line feed"),
  };
}

Textbooks::Textbooks(const OptionValues& values, Places places, DownloadLimits limits)
    : books_(values.text_list("books")),
      stand_in_(values.boolean("stand_in")),
      download_(values.boolean("download")),
      lf_(values.text("newlines") == "lf"),
      places_(std::move(places)),
      limits_(limits) {
  if (books_.empty()) throw Error(ErrorKind::experiment, "dataset.books: is empty, expected at least one book");
}

void Textbooks::read(const std::function<void(Document)>& sink) const {
  for (const Source& source : find_sources(books_, places_)) {
    Document document = read_source(source);
    if (lf_) unify_line_ends(document.text);
    sink(std::move(document));
  }
}

Document Textbooks::read_source(const Source& source) const {
  if (!source.file.empty()) return read_file_of(source);
  const CatalogueBook& book = *source.book;
  if (!missing_.contains(book.id)) {
    try {
      bring(book);
    } catch (const Error& error) {  // no end of the run where a stand-in is wanted
      missing_[book.id] = error.what();
    }
  }
  if (const auto missing = missing_.find(book.id); missing != missing_.end()) return stand_in(book, missing->second);
  Source brought = source;
  brought.file = places_.cache / file_name(book);
  Document document = read_file_of(brought);
  document.provenance.source = address(book, places_.mirror);
  return document;
}

Document Textbooks::read_file_of(const Source& source) const {
  const std::string file = source.file.string();
  Document document;
  document.name = source.name;
  document.text = read_file(source.file);
  Provenance& provenance = document.provenance;
  provenance.source = file;
  provenance.source_hash = sha256_hex(document.text);
  if (source.book != nullptr && provenance.source_hash != source.book->sha256) {
    add_note(provenance, fmt::format("not the catalogue's edition of '{}' (SHA-256 {:.12}..., expected {:.12}...)",
                                     source.book->id, provenance.source_hash, source.book->sha256));
  }
  std::string& text = document.text;
  check_utf8(text, file);
  const Body body = find_body(text);
  if (!body.note.empty()) add_note(provenance, body.note);
  text.erase(body.end);
  text.erase(0, body.begin);
  if (body.begin == 0 && text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
  if (text.find_first_not_of(" \t\r\n") == text.npos) {
    throw Error(ErrorKind::run, file + ": holds no text" + (body.marked ? " between its licence's lines" : ""));
  }
  return document;
}

void Textbooks::bring(const CatalogueBook& book) const {
  if (!download_) throw Error(ErrorKind::run, "it is not downloaded, since download is false");
  if (places_.cache.empty()) throw Error(ErrorKind::run, "it is not downloaded, since HOME is not set, to keep it in");
  download(
      address(book, places_.mirror), places_.cache / file_name(book), std::string(book.title),
      [&](std::string_view contents) { check_download(book, contents); }, limits_);
}

Document Textbooks::stand_in(const CatalogueBook& book, const std::string& reason) const {
  std::vector<std::string> folders;
  for (const auto& folder : places_.folders) folders.push_back(folder.string());
  const std::string why =
      fmt::format("the book '{}' could not be had ({}; it is in none of {}: put it into one of these as {})", book.id,
                  reason, fmt::join(folders, ", "), file_name(book));
  if (!stand_in_) throw Error(ErrorKind::run, why + ", and stand_in is false");

  Document document;
  document.name = book.id;
  document.text = stand_in_play(static_cast<std::uint64_t>(book.gutenberg_number), book.body_size);
  document.provenance = {.source = "generated",
                         .source_hash = sha256_hex(document.text),
                         .stand_in = true,
                         .note = "NOT THE BOOK but a generated play of the same size: " + why};
  return document;
}

}  // namespace folio::textbooks
