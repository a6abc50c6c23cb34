#include "support/nearest_name.h"

#include <catch2/catch.hpp>
#include <vector>

using namespace folio;

TEST_CASE("edit distance counts insertions, deletions, replacements and swaps") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("hiden_size", "hidden_size") == 1);
  CHECK(edit_distance("sead", "seed") == 1);
  CHECK(edit_distance("form", "from") == 1);
  CHECK(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("the nearest name is suggested, whatever its case and its hyphens") {
  const std::vector<std::string> names{"hidden_size", "vocab_size", "seed"};
  CHECK(nearest_name("hiden_size", names) == "hidden_size");
  CHECK(nearest_name("Hidden-Size", names) == "hidden_size");
  CHECK(nearest_name("sead", names) == "seed");
  CHECK(did_you_mean("vocabsize", names) == "; did you mean 'vocab_size'?");
}

TEST_CASE("a name that is far from all of them gets no suggestion") {
  const std::vector<std::string> names{"hidden_size", "seed"};
  CHECK(nearest_name("temperature", names) == std::nullopt);
  CHECK(did_you_mean("x", names).empty());
  CHECK(nearest_name("seed", std::vector<std::string>()) == std::nullopt);
}
