#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "folio/dataset.h"

namespace folio::data {

/// Something that documents came from, with the first of these.
struct Source {
  std::string document;
  Provenance provenance;
  std::int64_t documents = 0;
};

/// What a first pass over a data set's documents tells of them. Their texts are read anew each time, and never held.
struct Corpus {
  /// SHA-256 over the names and texts of all documents, in order.
  std::string hash;
  std::int64_t documents = 0;
  std::int64_t bytes = 0;
  std::int64_t characters = 0;  ///< Unicode code points
  std::vector<Source> sources;  ///< each once, in order
  bool stand_in = false;        ///< as soon as one document is
  /// Characters of each document that comes in several pieces, by its number: where its validation share begins can be
  /// told only from its end.
  std::unordered_map<std::int64_t, std::int64_t> characters_in_pieces;
};

/// Reads all documents once. `read` is told the bytes read so far. Throws Error (run) when there is no text at all.
Corpus survey(const Dataset& dataset, const std::function<void(std::int64_t)>& read = [](std::int64_t) {});

/// A stretch of one document's text, which lies in the training or in the evaluation part as a whole.
struct Text {
  std::string_view text;  ///< empty only where nothing but an end is to be told
  bool evaluation = false;
  std::int64_t document = 0;  ///< its number
  const std::string* name = nullptr;
  bool ends = false;  ///< the last stretch of the document's part; the next document may have the same name
};

/// Whether documents are kept for evaluation as a whole: where there are at least 20. A few long ones (books) give a
/// share of each.
bool keeps_documents_whole(const Corpus& corpus, double validation);

/// Counts up when read_texts() cuts the same texts in another way, for what is cached of them.
constexpr int kCutVersion = 3;

/// Reads all documents again and calls `sink` with their texts in order, each cut into what is trained on and what is
/// kept for evaluation. The cut depends on the text alone, so runs with different tokenizers are evaluated on the same
/// text. Of many documents, `validation` is the share that is kept whole, one of them at least, spread over all; of
/// few, the share of each one's characters that is kept, from the last line end before on; where the piece that the
/// share begins in has no line end before it, from the last space on, and where it has no space either, from there.
/// Throws Error (run) where the texts are not those of the survey.
void read_texts(const Dataset& dataset, const Corpus& corpus, double validation,
                const std::function<void(const Text&)>& sink);

/// Code points in valid UTF-8.
std::int64_t count_characters(std::string_view text);

/// Stretches of bytes between ASCII's blanks and line ends. A word that is cut in two counts twice.
std::int64_t count_words(std::string_view text);

/// The byte offset at which the code point number `count` starts, looking from the byte offset `from`; the text's size
/// when there are fewer.
std::size_t skip_characters(std::string_view text, std::size_t from, std::int64_t count);

}  // namespace folio::data
