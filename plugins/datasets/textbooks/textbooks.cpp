#include "textbooks/textbooks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "folio/error.h"
#include "input/pieces.h"
#include "input/text_file.h"
#include "support/passwords.h"
#include "support/sha256.h"
#include "textbooks/license.h"
#include "textbooks/shares.h"
#include "textbooks/stand_in.h"

namespace folio::textbooks {
namespace {

/// Makes "\r\n" and a lone "\r" one "\n" (Python's universal newlines).
void unify_line_ends(std::string& text) {
  std::size_t to = 0;
  for (std::size_t from = 0; from < text.size(); ++from) {
    if (text[from] == '\r' && from + 1 < text.size() && text[from + 1] == '\n') continue;
    text[to++] = text[from] == '\r' ? '\n' : text[from];
  }
  text.resize(to);
}

/// A page of a proxy, or half a book, must not be kept as the book.
void check_download(const CatalogueBook& book, std::string_view contents) {
  if (sha256_hex(contents) == book.sha256) return;
  const Bodies bodies = find_bodies(contents);
  if (!bodies.marked || bodies.books.size() != 1 || !bodies.note.empty())
    throw Error(ErrorKind::run,
                "what the server sent does not have the START and END lines of a Project Gutenberg book");
}

}  // namespace

OptionTable options() {
  return OptionTable{
      text_list("books", {{"romeo-and-juliet"}})
          .help(fmt::format("catalogue names ({}), files, folders or globs, in the order of reading",
                            fmt::join(catalogue_ids(), ", "))),
      text("data_dir")
          .absent_means("the folders of FOLIO_DATA, data/ and the cache")
          .help("a folder to search for books before all others"),
      boolean("stand_in", true)
          .help("use a generated play if a catalogue book is not available; false stops the run instead"),
      boolean("download", true).help("download a missing catalogue book from Project Gutenberg"),
      text_list("shares", std::vector<std::string>{})
          .help("entries NAME=SHARE (macbeth=0.5): use only that share of the book's bytes, from its beginning to the "
                "end of a line"),
      text("errors", "strict")
          .choices({"strict", "replace"})
          .help("strict: bytes that are not UTF-8 are an error; replace: U+FFFD replaces them"),
      text("newlines", "keep")
          .choices({"keep", "lf"})
          .help("keep: line ends as in the file; lf: every line end becomes a line feed"),
  };
}

Textbooks::Textbooks(const OptionValues& values, Places places, DownloadLimits limits)
    : books_(values.text_list("books")),
      share_entries_(values.text_list("shares")),
      utf8_errors_(values.text("errors") == "replace" ? Utf8Errors::replace : Utf8Errors::strict),
      stand_in_(values.boolean("stand_in")),
      download_(values.boolean("download")),
      lf_(values.text("newlines") == "lf"),
      places_(std::move(places)),
      limits_(limits) {
  if (books_.empty()) throw Error(ErrorKind::experiment, "dataset.books: is empty, expected at least one book");
  find_shares();  // so that what is not there is found before a run begins
}

std::vector<std::pair<Source, double>> Textbooks::find_shares() const {
  const std::vector<Source> sources = find_sources(books_, places_);
  std::vector<std::string> names;
  for (const Source& source : sources) names.push_back(source.name);
  const std::map<std::string, double> shares = read_shares(share_entries_, names);
  std::vector<std::pair<Source, double>> result;
  for (const Source& source : sources) {
    const auto share = shares.find(source.name);
    result.emplace_back(source, share == shares.end() ? 1 : share->second);
  }
  return result;
}

void Textbooks::read(const std::function<void(Document)>& sink) const {
  for (const auto& [source, share] : find_shares()) read_source(source, share, sink);
}

void Textbooks::read_source(const Source& source, double share, const std::function<void(Document)>& sink) const {
  if (!source.file.empty()) return read_file_of(source, source.file.string(), share, sink);
  const CatalogueBook& book = *source.book;
  if (!missing_.contains(book.id)) {
    try {
      bring(book);
    } catch (const Error& error) {  // no end of the run where a stand-in is wanted
      missing_[book.id] = without_passwords(error.what());
    }
  }
  if (const auto missing = missing_.find(book.id); missing != missing_.end())
    return give_stand_in(book, missing->second, share, sink);
  Source brought = source;
  brought.file = places_.cache / file_name(book);
  read_file_of(brought, without_passwords(address(book, places_.mirror)), share, sink);
}

void Textbooks::read_file_of(const Source& source, const std::string& origin, double share,
                             const std::function<void(Document)>& sink) const {
  const BookText book = read_book_text(source.file, utf8_errors_);
  Document document{.name = source.name,
                    .text = {},
                    .provenance = {.source = origin, .source_hash = book.hash, .stand_in = false, .note = {}}};
  std::string& note = document.provenance.note;
  if (source.book != nullptr && book.hash != source.book->sha256) {
    note = fmt::format("not the catalogue's edition of '{}' (SHA-256 {:.12}..., expected {:.12}...)", source.book->id,
                       book.hash, source.book->sha256);
  }
  input::add_note(note, book.note);
  for (std::size_t i = 0; i < book.texts.size(); ++i) {
    const std::string_view text = first_share(book.texts[i], share);
    if (text.find_first_not_of(" \t\r\n") == text.npos)
      throw Error(ErrorKind::run, fmt::format("{}: its share of {} has no text", source.file.string(), share));
    if (book.texts.size() > 1) document.name = fmt::format("{} ({})", source.name, i + 1);
    const auto text_begin = static_cast<std::size_t>(text.data() - book.contents.bytes().data());
    input::give_in_pieces(text, document, [&](Document piece, std::size_t end) {
      if (lf_) unify_line_ends(piece.text);
      sink(std::move(piece));
      book.contents.forget(text_begin + end);
    });
  }
}

void Textbooks::bring(const CatalogueBook& book) const {
  if (!download_) throw Error(ErrorKind::run, "it is not downloaded, since download is false");
  if (places_.cache.empty())
    throw Error(ErrorKind::run, "it is not downloaded, since HOME is not set, so there is nowhere to keep it");
  download(
      address(book, places_.mirror), places_.cache / file_name(book), std::string(book.title),
      [&](std::string_view contents) { check_download(book, contents); }, limits_);
}

void Textbooks::give_stand_in(const CatalogueBook& book, const std::string& reason, double share,
                              const std::function<void(Document)>& sink) const {
  std::vector<std::string> folders;
  for (const auto& folder : places_.folders) folders.push_back(folder.string());
  const std::string why =
      fmt::format("the book '{}' is not available ({}; it is in none of {}: put it into one of these as {})", book.id,
                  reason, fmt::join(folders, ", "), file_name(book));
  if (!stand_in_) throw Error(ErrorKind::run, why + ", and stand_in is false");

  const std::string play = stand_in_play(static_cast<std::uint64_t>(book.gutenberg_number), book.body_size);
  const Document document{.name = std::string(book.id),
                          .text = {},
                          .provenance = {.source = "generated",
                                         .source_hash = sha256_hex(play),
                                         .stand_in = true,
                                         .note = "NOT THE BOOK but a generated play of the same size: " + why}};
  input::give_in_pieces(first_share(play, share), document, [&](Document piece, std::size_t) {
    if (lf_) unify_line_ends(piece.text);
    sink(std::move(piece));
  });
}

}  // namespace folio::textbooks
