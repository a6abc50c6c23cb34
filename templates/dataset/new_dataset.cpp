// NewDataset: each paragraph of a text file is a document. A small, complete data set to start from.

#include <fstream>

#include "folio/dataset.h"
#include "folio/plugin.h"

namespace {

/// Declared once: the check of experiments, `runner plugins show` and the defaults all come from this table.
folio::OptionTable options() {
  return {folio::text("file").help("the text file; paragraphs are separated by empty lines"),
          folio::integer("min_length", 1).at_least(1).unit("bytes").help("shorter paragraphs are left out")};
}

class NewDataset : public folio::Dataset {
 public:
  explicit NewDataset(const folio::OptionValues& values)
      : file_(values.text("file")), min_length_(static_cast<std::size_t>(values.integer("min_length"))) {
    if (!std::ifstream(file_)) throw folio::Error(folio::ErrorKind::experiment, file_ + ": there is no such file");
  }

  void read(const std::function<void(folio::Document)>& sink) const override {
    std::ifstream input(file_);
    std::string paragraph;
    int number = 0;
    const auto finish = [&] {
      if (paragraph.size() >= min_length_) {
        folio::Document document{.name = "paragraph " + std::to_string(++number), .text = paragraph, .provenance = {}};
        document.provenance.source = file_;
        sink(std::move(document));
      }
      paragraph.clear();
    };
    for (std::string line; std::getline(input, line);)
      if (line.empty())
        finish();
      else
        paragraph += line + "\n";
    finish();
    if (input.bad()) throw folio::Error(folio::ErrorKind::run, file_ + ": cannot be read");
  }

 private:
  std::string file_;
  std::size_t min_length_;
};

}  // namespace

FOLIO_PLUGIN(
    "dataset", "new_dataset", .version = "0.1", .summary = "The paragraphs of a file", .options = options,
    .make_dataset = [](const folio::OptionValues& values) -> std::unique_ptr<folio::Dataset> {
      return std::make_unique<NewDataset>(values);
    })
