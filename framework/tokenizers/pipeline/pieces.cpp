#include "tokenizers/pipeline/pieces.h"

namespace folio::pipeline {

void Pieces::add_split(const Piece& piece, const std::vector<Stretch>& stretches, Behavior behavior) {
  // Whether the stretch goes on with the piece of the one before it.
  const auto goes_on = [&](std::size_t i) {
    if (i == 0) return false;
    const bool after_match = stretches[i - 1].is_match;
    switch (behavior) {
      case Behavior::contiguous:
        return stretches[i].is_match == after_match;
      case Behavior::merged_with_previous:
        return stretches[i].is_match && !after_match;
      case Behavior::merged_with_next:
        return !stretches[i].is_match && after_match;
      case Behavior::removed:
      case Behavior::isolated:
        break;
    }
    return false;
  };
  for (std::size_t i = 0; i < stretches.size();) {
    std::size_t next = i + 1;
    while (next < stretches.size() && goes_on(next)) ++next;
    if (behavior != Behavior::removed || !stretches[i].is_match)
      add_part(piece, stretches[i].begin, stretches[next - 1].end);
    i = next;
  }
}

}  // namespace folio::pipeline
