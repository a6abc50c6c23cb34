#include "support/run_name.h"

#include <catch2/catch.hpp>
#include <string>

using namespace folio;

TEST_CASE("names of runs are short words of ASCII") {
  for (const char* name :
       {"romeo", "gpt-2_small.v1", "7", "_", "Latest-2", "latest-2", "deadbeef1", "abc", "a.yaml.gz", "LateSt1"})
    CHECK_FALSE(problem_with_name(name));
  CHECK_FALSE(problem_with_name(std::string(64, 'a')));
  for (const char* name :
       {"", "two words", "a/b", "baseline/gpt", "a\nb", "\x1b[31m", "réseau", "a,b", "-n", ".", "..", ".x"}) {
    CAPTURE(name);
    CHECK(problem_with_name(name));
  }
  CHECK(problem_with_name(std::string(65, 'a')));
}

TEST_CASE("a name shadows nothing else that a run is chosen by") {
  for (const char* name : {"latest", "baseline", "3fa9b2c1", "12345678", "romeo.yaml", "romeo.yml", "tokenizer.json",
                           "Latest", "LATEST", "Baseline", "DEADBEEF", "3Fa9B2c1", "romeo.YAML", "Tokenizer.Json"}) {
    CAPTURE(name);
    CHECK(problem_with_name(name));
  }
}

TEST_CASE("a name is made of any text") {
  CHECK(name_from("romeo") == "romeo");
  CHECK(name_from("two\nlines \x1b[31mred\x1b[0m") == "two-lines-31mred-0m");
  CHECK(name_from("  sweep - 1 ") == "sweep-1");
  CHECK(name_from("latest") == "run-latest");
  CHECK(name_from("3fa9b2c1") == "run-3fa9b2c1");
  CHECK(name_from("3fa9") == "run-3fa9");
  CHECK(name_from("3FA9") == "run-3FA9");
  CHECK(name_from("LATEST") == "run-LATEST");
  CHECK(name_from("a.JSON") == "a-JSON");
  CHECK(name_from("3fa") == "3fa");
  CHECK(name_from("trainer_state.json") == "trainer_state-json");
  CHECK(name_from("羅密歐") == "unnamed");
  CHECK(name_from("") == "unnamed");
  CHECK(name_from("../x") == "x");
  for (const std::string& text :
       {std::string(1000, 'a'), std::string("-.-"), std::string("\xff\xfe"), std::string(60, 'x') + ".yaml"})
    CHECK_FALSE(problem_with_name(name_from(text)));
}

TEST_CASE("the beginning of an id is known in upper case too") {
  CHECK(name_begins("fbf6123a", "FBF6"));
  CHECK(name_begins("Fbf6", "fbf6"));
  CHECK_FALSE(name_begins("fbf6", "FBF61"));
  CHECK(may_begin_id("FBF6"));
}
