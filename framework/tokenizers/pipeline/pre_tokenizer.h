#pragma once

#include <functional>
#include <vector>

#include "formats/strict_json.h"
#include "tokenizers/pipeline/pieces.h"

namespace folio::pipeline {

/// How a tokenizer.json cuts a normalised text into pieces, which tokens never cross: its "pre_tokenizer". Immutable.
class PreTokenizer {
 public:
  /// `model_reads_bytes`: where the last step would write the pieces in the byte alphabet, it leaves them in bytes.
  /// Throws Error (run) naming the JSON path of what is wrong or not supported.
  PreTokenizer(const JsonPart& part, bool model_reads_bytes);

  /// Whether the pieces are left in bytes.
  bool gives_bytes() const { return gives_bytes_; }

  void cut(Pieces& pieces) const;

 private:
  using Step = std::function<void(Pieces&)>;

  std::vector<Step> steps_;
  bool gives_bytes_ = false;
};

}  // namespace folio::pipeline
