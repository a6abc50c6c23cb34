#pragma once

#include <functional>
#include <string>

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
};

/// A source of documents. Documents come in the same order with the same content each time. Used by one thread.
class Dataset {
 public:
  virtual ~Dataset() = default;

  /// Calls `sink` with each document in turn. Throws Error: (experiment) where a named file does not exist, (run) where
  /// a text cannot be read or is not UTF-8, naming file and byte offset.
  virtual void read(const std::function<void(Document)>& sink) const = 0;
};

}  // namespace folio
