#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace folio::train {

/// The loss on each part of an evaluation set. A part is a few whole documents, or a stretch of samples: what lies
/// together in a text is alike, and what lies in two parts may be taken to be independent.
struct LossParts {
  bool documents = false;            ///< whether each part is whole documents
  std::vector<double> nats;          ///< cross-entropies of the part's scored tokens, added up
  std::vector<std::int64_t> scored;  ///< how many these are
};

/// Adds up what an evaluation scores, token by token.
class LossSums {
 public:
  /// Of so many samples, at least one. `document_ends`: how many samples there are after each document's last, empty
  /// where that is not known; what lies beyond `samples` is passed over.
  LossSums(std::int64_t samples, std::span<const std::int64_t> document_ends);

  /// The loss of one scored token of a sample, in nats.
  void add(std::int64_t sample, double nats);

  double nats() const { return nats_; }
  std::int64_t scored() const { return scored_; }

  /// Of the mean over all scored tokens, in nats: how far it would stray, as a standard deviation, with another text of
  /// the same kind and length. From the scatter of the parts' sums (ratio_standard_error()), or of the tokens'
  /// losses where that is larger; 0 for fewer than two tokens.
  double standard_error() const;

  const LossParts& parts() const { return parts_; }

 private:
  std::vector<std::int64_t> part_ends_;  ///< how many samples there are after each part's last
  LossParts parts_;
  double nats_ = 0, squares_ = 0;
  std::int64_t scored_ = 0;
};

}  // namespace folio::train
