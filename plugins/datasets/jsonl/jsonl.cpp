#include "jsonl/jsonl.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "folio/error.h"
#include "input/pieces.h"
#include "input/unpacked_file.h"
#include "jsonl/field_reader.h"
#include "support/utf8.h"

namespace folio::jsonl {

OptionTable options() {
  return OptionTable{
      text_list("files").help("files, folders (their *.jsonl, *.jsonl.gz, *.jsonl.zst) or globs, in this order"),
      text("field", "text").help("the name of the text in each line's object"),
      text("errors", "strict")
          .choices({"strict", "replace"})
          .help("what is not UTF-8, or a lone surrogate escape, is an error, or U+FFFD stands for it"),
  };
}

Jsonl::Jsonl(const OptionValues& values, std::vector<std::filesystem::path> bases)
    : files_(values.text_list("files")),
      field_(values.text("field")),
      replace_(values.text("errors") == "replace"),
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
  for (const input::NamedFile& source : find()) read_lines(source, sink);
}

void Jsonl::read_lines(const input::NamedFile& source, const std::function<void(Document)>& sink) const {
  constexpr std::size_t kForgetStep = 4 << 20;
  const input::UnpackedFile file = input::open_unpacked(source.file);
  const std::string path = source.file.string();
  const std::string_view bytes = file.contents.bytes();
  const Document like{.name = source.name,
                      .text = {},
                      .provenance = {.source = path, .source_hash = file.hash, .stand_in = false, .note = {}}};
  FieldReader reader(path, field_, replace_);
  bool has_text = false;
  std::size_t forgotten = 0;
  std::size_t number = 0;
  for (std::size_t begin = bytes.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0; begin < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', begin), bytes.size());
    ++number;
    if (const std::string_view text = reader.read(bytes, begin, end, number); !text.empty()) {
      has_text = true;
      input::give_in_pieces(text, like, [&](Document piece, std::size_t) { sink(std::move(piece)); });
    }
    begin = end + 1;
    if (begin - forgotten >= kForgetStep) file.contents.forget(forgotten = begin);
  }
  if (!has_text) throw Error(ErrorKind::run, path + ": has no line with text");
}

}  // namespace folio::jsonl
