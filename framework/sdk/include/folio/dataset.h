#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace folio {

/// Where a document's text came from, so that runs can be compared by what they actually read.
struct Provenance {
  std::string source;       ///< the file's path, or the address it was downloaded from
  std::string source_hash;  ///< SHA-256 of the file as stored
  bool stand_in = false;    ///< generated, because the real text was not available
  std::string note;         ///< what a person should know ("not the catalogue's edition"); empty if there is nothing
};

struct Document {
  std::string name;  ///< "romeo-and-juliet"
  std::string text;  ///< valid UTF-8
  Provenance provenance;
  /// The text continues that of the previous document, and has the same name and provenance. A long text comes in such
  /// pieces, so that it never has to be held whole; text/text_pieces.h says where to cut it.
  bool continues = false;
};

/// Ids that were made from a text elsewhere, as they are in memory (for example in a mapped file).
struct TokenShard {
  std::string name;
  const std::byte* tokens = nullptr;  ///< unsigned numbers, little-endian
  std::size_t count = 0;
  int bytes_per_token = 2;  ///< 2 or 4
  Provenance provenance;
  bool for_evaluation = false;  ///< otherwise it is trained on
};

/// A source of documents. Documents come in the same order with the same content each time. Used by one thread.
class Dataset {
 public:
  virtual ~Dataset() = default;

  /// Calls `sink` with each document in turn. Throws Error: (experiment) if a named file does not exist, (run) if a
  /// text cannot be read or is not UTF-8, naming file and byte offset.
  virtual void read(const std::function<void(Document)>& sink) const = 0;

  /// What a data set of tokens has instead of documents; read() then yields none. The memory stays valid as long as the
  /// data set exists. Such an experiment uses a tokenizer that is already trained.
  virtual std::vector<TokenShard> token_shards() const { return {}; }
};

}  // namespace folio
