#include "jsonl/jsonl.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "folio/error.h"
#include "input/pieces.h"
#include "jsonl/field_reader.h"
#include "support/human.h"
#include "support/utf8.h"

namespace folio::jsonl {
namespace {

TextTemplate template_from(const OptionValues& values) {
  if (!values.has("template")) return TextTemplate::of_field(values.has("field") ? values.text("field") : "text");
  if (values.has("field"))
    throw Error(ErrorKind::experiment, "dataset.template and dataset.field are both given: expected only one of them");
  return TextTemplate::parse(values.text("template"));
}

}  // namespace

OptionTable options() {
  return OptionTable{
      text_list("files").help("files, folders (their *.jsonl, *.jsonl.gz, *.jsonl.zst) or globs, in this order"),
      text("field").absent_means("text").help(
          "the name of the text in each line's object; a.b is the member b of its object a"),
      text("template")
          .absent_means("the field alone")
          .help("how to compose a document's text, with fields in braces: \"{title}\\n\\n{text}\""),
      text("errors", "strict")
          .choices({"strict", "replace", "skip"})
          .help("strict: a line that cannot be read is an error; replace: U+FFFD replaces bytes that are not UTF-8 and "
                "lone surrogate escapes; skip: such lines are left out and counted"),
  };
}

Jsonl::Jsonl(const OptionValues& values, std::vector<std::filesystem::path> bases)
    : files_(values.text_list("files")),
      template_(template_from(values)),
      errors_(values.text("errors") == "replace" ? Errors::replace
              : values.text("errors") == "skip"  ? Errors::skip
                                                 : Errors::strict),
      bases_(std::move(bases)) {
  find();  // so that what is not there is found before a run begins
}

std::vector<input::NamedFile> Jsonl::find() const {
  const input::FileSearch search{.option = "dataset.files",
                                 .bases = bases_,
                                 .suffixes = {".jsonl", ".jsonl.gz", ".jsonl.zst"},
                                 .names = {},
                                 .names_place = {}};
  return input::find_files(search, files_);
}

void Jsonl::read(const std::function<void(Document)>& sink) const {
  for (const input::NamedFile& source : find()) read_file(source, sink);
}

void Jsonl::read_file(const input::NamedFile& source, const std::function<void(Document)>& sink) const {
  const std::string path = source.file.string();
  const input::TextFile file = input::open_text(source.file, errors_ == Errors::replace);
  std::string note = file.note;
  if (errors_ == Errors::skip) input::add_note(note, skipped_lines(path, file));
  const Document like{.name = source.name,
                      .text = {},
                      .provenance = {.source = path, .source_hash = file.hash, .stand_in = false, .note = note}};
  bool has_text = false;
  read_lines(
      path, file,
      [&](std::string_view text) {
        has_text = true;
        input::give_in_pieces(text, like, [&](Document piece, std::size_t) { sink(std::move(piece)); });
      },
      [](const std::string&) {});
  if (!has_text) throw Error(ErrorKind::run, path + ": has no lines with text" + (note.empty() ? "" : "; " + note));
}

void Jsonl::read_lines(const std::string& path, const input::TextFile& file,
                       const std::function<void(std::string_view)>& visit,
                       const std::function<void(const std::string&)>& skip) const {
  constexpr std::size_t kForgetStep = 4 << 20;
  const std::string_view bytes = file.contents.bytes();
  FieldReader reader(path, template_, errors_ == Errors::replace);
  std::size_t forgotten = 0;
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', begin), bytes.size());
    ++number;
    std::string_view text;
    try {
      text = reader.read(bytes.substr(begin, end - begin), begin, number);
    } catch (const Error& error) {
      if (errors_ != Errors::skip) throw;
      skip(error.what());
    }
    if (!text.empty()) visit(text);
    begin = end + 1;
    if (begin - forgotten >= kForgetStep) file.contents.forget(forgotten = begin);
  }
}

const std::string& Jsonl::skipped_lines(const std::string& path, const input::TextFile& file) const {
  const auto [known, is_new] = skipped_.try_emplace(path);
  if (!is_new) return known->second;
  std::int64_t texts = 0, skipped = 0;
  std::string first;
  read_lines(
      path, file, [&](std::string_view) { ++texts; },
      [&](const std::string& problem) {
        if (++skipped == 1) first = problem;
      });
  if (skipped > 0) {
    known->second =
        fmt::format("{} of its {} lines could not be read and {} left out; the first is {}", with_commas(skipped),
                    with_commas(texts + skipped), skipped == 1 ? "was" : "were", first);
  }
  return known->second;
}

}  // namespace folio::jsonl
