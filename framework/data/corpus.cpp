#include "data/corpus.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "data/hashed_random.h"
#include "folio/error.h"
#include "support/passwords.h"
#include "support/sha256.h"
#include "support/utf8.h"

namespace folio::data {
namespace {

/// Calls `visit` with each piece, whether it is its document's first, and whether its last. One piece is held back,
/// since only the next one tells.
void read_pieces(const Dataset& dataset, const std::function<void(const Document&, bool first, bool last)>& visit) {
  std::optional<Document> held;
  bool first = true;
  dataset.read([&](Document next) {
    if (held) {
      visit(*held, first, !next.continues);
      first = !next.continues;
    }
    held = std::move(next);
  });
  if (held) visit(*held, first, true);
}

/// Keeps each source once.
class Sources {
 public:
  explicit Sources(std::vector<Source>& list) : list_(list) {}

  void add(const Document& document) {
    const Provenance& from = document.provenance;
    const std::string key = from.source + '\0' + from.source_hash + '\0' + from.note + (from.stand_in ? "1" : "0");
    const auto [found, is_new] = places_.try_emplace(key, list_.size());
    if (is_new) {
      list_.push_back({document.name, from, 0});
      Provenance& kept = list_.back().provenance;  // in the record of the run
      kept.source = without_passwords(from.source);
      kept.note = without_passwords(from.note);
    }
    ++list_[found->second].documents;
  }

 private:
  std::vector<Source>& list_;
  std::unordered_map<std::string, std::size_t> places_;
};

/// Hashes documents. Lengths are part of what is hashed, so that no two lists of documents look the same: a text in one
/// piece stands behind its name and size; of one in several pieces, whose size is known too late, the digest does. So
/// it is the same wherever a text is cut.
class CorpusHash {
 public:
  void add(const Document& piece, bool first, bool last) {
    if (first && last) {
      hash_.update(piece.name + '\0' + std::to_string(piece.text.size()) + '\0');
      hash_.update(piece.text);
      return;
    }
    if (first) text_.emplace();
    text_->update(piece.text);
    if (last) hash_.update(piece.name + '\0' + "pieces" + '\0' + text_->hex_digest());
  }

  std::string hex_digest() { return hash_.hex_digest(); }

 private:
  Sha256 hash_;
  std::optional<Sha256> text_;  ///< of the document that is being read in pieces
};

/// Says of one document after the other whether it is kept whole for evaluation: so many of them as the share says, to
/// within one, and each as likely as its neighbours. The numbers drawn depend on nothing but the document's number.
class HeldOut {
 public:
  HeldOut(double share, std::int64_t documents) : share_(share), documents_(documents) {}

  bool next() {
    const double draw = HashedRandom(0, 0, seen_).uniform(0);
    ++seen_;
    const bool is_last_chance = seen_ == documents_ && held_out_ == 0;
    const double missing = share_ * static_cast<double>(seen_) - static_cast<double>(held_out_);
    const bool is_held_out = draw < missing || is_last_chance;
    held_out_ += is_held_out ? 1 : 0;
    return is_held_out;
  }

 private:
  double share_;
  std::int64_t documents_;
  std::int64_t seen_ = 0, held_out_ = 0;
};

/// Cuts one document after the other, piece by piece.
class Cutter {
 public:
  /// Each document is given its share, or is `whole` in one of the two parts.
  Cutter(double share, bool whole, std::int64_t documents, const std::function<void(const Text&)>& sink)
      : share_(whole ? 0 : share), whole_(whole), held_out_(share, documents), sink_(sink) {}

  void begin(std::int64_t document, const std::string& name, std::int64_t characters) {
    training_ = {{}, false, document, &name, false};
    evaluation_ = {{}, true, document, &name, false};
    kept_ = std::llround(static_cast<double>(characters) * (1 - share_));
    seen_ = 0;
    training_begun_ = evaluation_begun_ = false;
    is_cut_ = whole_ && held_out_.next();
  }

  void add(std::string_view text, bool last) {
    const std::int64_t characters = share_ > 0 ? count_characters(text) : 0;
    if (is_cut_) {
      tell(evaluation_, text, last, evaluation_begun_);
    } else if (share_ > 0 && (last || kept_ < seen_ + characters)) {
      const std::size_t cut = cut_in(text);
      is_cut_ = true;
      tell(training_, text.substr(0, cut), true, training_begun_);
      tell(evaluation_, text.substr(cut), last, evaluation_begun_);
    } else {
      tell(training_, text, last, training_begun_);
    }
    seen_ += characters;
  }

 private:
  /// Behind the last line end before the exact share, else behind the last space.
  std::size_t cut_in(std::string_view text) const {
    const std::size_t exact = skip_characters(text, 0, kept_ - seen_);
    const std::string_view before = text.substr(0, exact);
    const std::size_t line_end = before.rfind('\n');
    const std::size_t end = line_end != before.npos ? line_end : before.rfind(' ');
    return end == before.npos ? exact : end + 1;
  }

  void tell(Text& part, std::string_view text, bool ends, bool& begun) {
    if (text.empty() && !(ends && begun)) return;
    begun = true;
    part.text = text;
    part.ends = ends;
    sink_(part);
  }

  double share_;
  bool whole_;
  HeldOut held_out_;
  const std::function<void(const Text&)>& sink_;
  Text training_, evaluation_;
  std::int64_t kept_ = 0, seen_ = 0;  ///< characters
  bool is_cut_ = false, training_begun_ = false, evaluation_begun_ = false;
};

}  // namespace

std::int64_t count_characters(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char byte) { return !is_continuation_byte(byte); });
}

std::int64_t count_words(std::string_view text) {
  std::int64_t words = 0;
  bool in_word = false;
  for (const char byte : text) {
    const bool blank = byte == ' ' || (byte >= '\t' && byte <= '\r');
    words += !blank && !in_word;
    in_word = !blank;
  }
  return words;
}

std::size_t skip_characters(std::string_view text, std::size_t from, std::int64_t count) {
  std::size_t at = from;
  for (; at < text.size(); ++at)
    if (!is_continuation_byte(text[at]) && count-- == 0) break;
  return at;
}

Corpus survey(const Dataset& dataset, const std::function<void(std::int64_t)>& read) {
  Corpus corpus;
  CorpusHash hash;
  Sources sources(corpus.sources);
  std::int64_t characters = 0;
  read_pieces(dataset, [&](const Document& piece, bool first, bool last) {
    hash.add(piece, first, last);
    characters = (first ? 0 : characters) + count_characters(piece.text);
    corpus.bytes += static_cast<std::int64_t>(piece.text.size());
    read(corpus.bytes);
    if (first) {
      sources.add(piece);
      corpus.stand_in = corpus.stand_in || piece.provenance.stand_in;
    }
    if (!last) return;
    if (!first) corpus.characters_in_pieces[corpus.documents] = characters;
    corpus.characters += characters;
    ++corpus.documents;
  });
  corpus.hash = hash.hex_digest();
  if (corpus.bytes == 0) {
    throw Error(ErrorKind::run,
                "dataset: its " + std::to_string(corpus.documents) + " documents have no text to train on");
  }
  return corpus;
}

bool keeps_documents_whole(const Corpus& corpus, double validation) {
  constexpr std::int64_t kMany = 20;
  return corpus.documents >= kMany && validation > 0;
}

void read_texts(const Dataset& dataset, const Corpus& corpus, double validation,
                const std::function<void(const Text&)>& sink) {
  const bool whole = keeps_documents_whole(corpus, validation);
  Cutter cutter(validation, whole, corpus.documents, sink);
  std::int64_t document = 0, bytes = 0;
  std::string name;
  read_pieces(dataset, [&](const Document& piece, bool first, bool last) {
    if (first) {
      name = piece.name;
      const auto in_pieces = corpus.characters_in_pieces.find(document);
      cutter.begin(document, name,
                   in_pieces != corpus.characters_in_pieces.end() ? in_pieces->second
                   : validation > 0 && !whole                     ? count_characters(piece.text)
                                                                  : 0);
    }
    cutter.add(piece.text, last);
    bytes += static_cast<std::int64_t>(piece.text.size());
    if (last) ++document;
  });
  if (document != corpus.documents || bytes != corpus.bytes) {
    throw Error(ErrorKind::run, "dataset: the text changed while it was read: " + std::to_string(corpus.bytes) +
                                    " bytes at first, then " + std::to_string(bytes));
  }
}

}  // namespace folio::data
