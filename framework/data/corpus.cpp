#include "data/corpus.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "folio/error.h"
#include "support/sha256.h"

namespace folio::data {
namespace {

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

void add_text(Corpus::Part& part, std::string_view text) {
  if (text.empty()) return;
  part.bytes += static_cast<std::int64_t>(text.size());
  part.characters += count_characters(text);
  part.texts.emplace_back(text);
}

/// Where the part for evaluation begins: after the last line end before the exact share.
std::size_t evaluation_start(std::string_view text, double share) {
  if (share <= 0) return text.size();
  const std::int64_t kept = std::llround(static_cast<double>(count_characters(text)) * (1 - share));
  const std::size_t exact = skip_characters(text, 0, kept);
  const std::size_t line_end = text.substr(0, exact).rfind('\n');
  return line_end == std::string_view::npos ? exact : line_end + 1;
}

}  // namespace

std::int64_t count_characters(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char byte) { return !continues_character(byte); });
}

std::size_t skip_characters(std::string_view text, std::size_t from, std::int64_t count) {
  std::size_t at = from;
  for (; at < text.size(); ++at) {
    if (!continues_character(text[at]) && count-- == 0) break;
  }
  return at;
}

Corpus read_corpus(const Dataset& dataset, double validation) {
  Corpus corpus;
  Sha256 hash;
  dataset.read([&](Document document) {
    // Lengths are part of what is hashed, so that no two lists of documents look the same.
    const auto size = std::to_string(document.text.size());
    hash.update(document.name + '\0' + size + '\0');
    hash.update(document.text);
    const std::string text = std::exchange(document.text, {});
    const std::size_t cut = evaluation_start(text, validation);
    add_text(corpus.training, std::string_view(text).substr(0, cut));
    add_text(corpus.evaluation, std::string_view(text).substr(cut));
    corpus.stand_in = corpus.stand_in || document.provenance.stand_in;
    corpus.documents.push_back(std::move(document));
  });
  corpus.hash = hash.hex_digest();
  if (corpus.training.texts.empty()) {
    throw Error(ErrorKind::run,
                "dataset: its " + std::to_string(corpus.documents.size()) + " documents hold no text to train on");
  }
  return corpus;
}

}  // namespace folio::data
