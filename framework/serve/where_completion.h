#pragma once

#include <string>
#include <vector>

#include "serve/run_snapshot.h"

namespace folio::serve {

/// What may stand at a place of a condition (runs/compare/where.h): words in place of the bytes from `from` to `to`.
struct Completion {
  std::size_t from = 0, to = 0;
  std::vector<std::string> words;  ///< the likeliest first; no more than a list shows
};

/// `at` is a byte of the text, from 0 to its size. Fields, operators, values that runs have, and the words between
/// comparisons, by what stands before. Inside of a word, what contains the part before `at` counts too.
Completion complete_where(const std::string& text, std::size_t at, const RunSnapshot& snapshot);

}  // namespace folio::serve
