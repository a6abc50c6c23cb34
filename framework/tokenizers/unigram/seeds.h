#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tokenizers/unigram/words.h"

namespace folio::unigram {

/// A piece to begin with. Its weight is how often it stands times its length in characters.
struct Seed {
  std::string text;
  double weight = 0;
};

/// The words' characters, and the substrings of two to `max_length` characters that stand at least twice in the list of
/// words and, longer by any one character, would stand less often; of these the heaviest, up to `max_seeds` in all. In
/// the order of their bytes. A list of words with more than 8 million characters is looked at so far only.
std::vector<Seed> make_seeds(const Words& words, std::size_t max_length, std::size_t max_seeds);

}  // namespace folio::unigram
