#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace folio {

/// Where a document's text came from, so that two runs can be compared by what they really read.
struct Provenance {
  std::string source;       ///< the file's path, or the address it was brought from
  std::string source_hash;  ///< SHA-256 of the file as it lay there
  bool stand_in = false;    ///< generated, because the real text could not be had
  std::string note;         ///< what a person should know ("not the catalogue's edition"); empty where there is nothing
};

struct Document {
  std::string name;  ///< "romeo-and-juliet"
  std::string text;  ///< valid UTF-8
  Provenance provenance;
  /// The text goes on where that of the document before ended, whose name and provenance it has. A long text comes in
  /// such pieces, so that nobody has to hold it whole; text/text_pieces.h says where it is best cut.
  bool continues = false;
};

/// Ids that a tokenizer elsewhere made of a text, as they lie in memory (of a mapped file, say).
struct TokenShard {
  std::string name;
  const std::byte* tokens = nullptr;  ///< unsigned numbers, little-endian
  std::size_t count = 0;
  int bytes_per_token = 2;  ///< 2 or 4
  Provenance provenance;
  bool for_evaluation = false;  ///< else it is trained on
};

/// A source of documents. Documents come in the same order with the same content each time. Used by one thread.
class Dataset {
 public:
  virtual ~Dataset() = default;

  /// Calls `sink` with each document in turn. Throws Error: (experiment) where a named file does not exist, (run) where
  /// a text cannot be read or is not UTF-8, naming file and byte offset.
  virtual void read(const std::function<void(Document)>& sink) const = 0;

  /// What a data set of tokens has instead of documents; read() then gives none. The memory lives as long as the data
  /// set. The tokenizer of such an experiment is one that was trained before, and is not trained.
  virtual std::vector<TokenShard> token_shards() const { return {}; }
};

}  // namespace folio
