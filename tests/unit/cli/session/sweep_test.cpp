#include "cli/session/sweep.h"

#include <catch2/catch.hpp>

#include "support/error.h"

using namespace folio;
using namespace folio::cli;
using Catch::Matchers::Contains;
using Texts = std::vector<std::string>;

TEST_CASE("commas between values split, those within brackets and quotes do not") {
  CHECK(split_values("1,2") == Texts{"1", "2"});
  CHECK(split_values("[a, b],[c]") == Texts{"[a, b]", "[c]"});
  CHECK(split_values("{by: tokens, size: [1, 2]},x") == Texts{"{by: tokens, size: [1, 2]}", "x"});
  CHECK(split_values("'a,b',\"c,d\"") == Texts{"'a,b'", "\"c,d\""});
  CHECK(split_values("['a]', b],c") == Texts{"['a]', b]", "c"});
  CHECK(split_values("it's,that's") == Texts{"it's", "that's"});
  CHECK(split_values("") == Texts{""});
}

TEST_CASE("a list of values that is not whole is refused") {
  CHECK_THROWS_WITH(split_values("1,,2"), Contains("'1,,2' a value is empty"));
  CHECK_THROWS_WITH(split_values("1,"), Contains("a value is empty"));
  CHECK_THROWS_WITH(split_values("[1,2"), Contains("a ']' is missing"));
  CHECK_THROWS_WITH(split_values("'a,b"), Contains("a ' is not closed"));
}

TEST_CASE("combinations are the product of all values, the last override changing first") {
  const Texts overrides{"model=gpt,bert", "~tokenizer", "training.seed=1,2", "dataset.books=[a,b]"};
  const auto all = combinations(overrides);
  REQUIRE(all.size() == 4);
  CHECK(all[0] == Texts{"model=gpt", "~tokenizer", "training.seed=1", "dataset.books=[a,b]"});
  CHECK(all[1] == Texts{"model=gpt", "~tokenizer", "training.seed=2", "dataset.books=[a,b]"});
  CHECK(all[3] == Texts{"model=bert", "~tokenizer", "training.seed=2", "dataset.books=[a,b]"});
  CHECK(varied(all[3], overrides) == Texts{"model=bert", "training.seed=2"});
  CHECK(combinations({}) == std::vector<Texts>{{}});
}
