#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "folio/dataset.h"

namespace folio::data {

/// The documents of a data set, each cut into what is trained on and what is kept for evaluation. The cut depends on
/// the text alone, so runs with different tokenizers are evaluated on the same text.
struct Corpus {
  struct Part {
    std::vector<std::string> texts;  ///< one a document, empty ones left out
    std::int64_t bytes = 0;
    std::int64_t characters = 0;  ///< Unicode code points
  };

  std::vector<Document> documents;  ///< with their texts moved into the parts
  Part training;
  Part evaluation;
  std::string hash;  ///< SHA-256 over the names and texts of all documents, in order
  bool stand_in = false;
};

/// Reads all documents. `validation` is the share kept for evaluation, cut at the line end before it. Throws Error
/// (run) when there is no text at all.
Corpus read_corpus(const Dataset& dataset, double validation);

/// Code points in valid UTF-8.
std::int64_t count_characters(std::string_view text);

/// The byte offset at which the code point number `count` starts, looking from the byte offset `from`; the text's size
/// when there are fewer.
std::size_t skip_characters(std::string_view text, std::size_t from, std::int64_t count);

}  // namespace folio::data
