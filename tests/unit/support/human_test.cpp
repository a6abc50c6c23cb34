#include "support/human.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

using namespace folio;

TEST_CASE("numbers are told with commas") {
  CHECK(with_commas(0) == "0");
  CHECK(with_commas(999) == "999");
  CHECK(with_commas(124'439'808) == "124,439,808");
  CHECK(with_commas(-1'000) == "-1,000");
  CHECK(with_commas(-100) == "-100");
}

TEST_CASE("bytes are told in powers of 1024") {
  CHECK(human_bytes(0) == "0 B");
  CHECK(human_bytes(1023) == "1023 B");
  CHECK(human_bytes(1536) == "1.5 KiB");
  CHECK(human_bytes(3.5 * 1024 * 1024 * 1024) == "3.5 GiB");
}

TEST_CASE("a runtime is told as the Trainer tells it") {
  CHECK(clock_time(684.2403) == "0:11:24.24");
  CHECK(clock_time(59.999) == "0:01:00.00");
  CHECK(clock_time(3600 * 30 + 61) == "30:01:01.00");
}

TEST_CASE("a duration is told coarsely, and one that is not known says so") {
  CHECK(human_duration(3.14) == "3.1 s");
  CHECK(human_duration(90) == "1 min 30 s");
  CHECK(human_duration(7384) == "2 h 3 min");
  CHECK(human_duration(std::numeric_limits<double>::infinity()) == "unknown");
}

TEST_CASE("significant digits leave out trailing zeros and name what is not finite") {
  CHECK(significant(6.50891508879485) == "6.509");
  CHECK(significant(2.0) == "2");
  CHECK(significant(std::nan("")) == "nan");
  CHECK(significant(-std::numeric_limits<double>::infinity()) == "-inf");
}

TEST_CASE("a size without a unit is told from one with it") {
  for (const char* with : {"5B", "5GiB", "1.5 MB", "0", "0.0"}) CHECK(has_byte_unit(with));
  for (const char* without : {"5", "4096", "1.5", "5 "}) CHECK_FALSE(has_byte_unit(without));
}

TEST_CASE("a size is read in powers of 1024 and of 1000") {
  CHECK(parse_bytes("4096") == 4096);
  CHECK(parse_bytes("10GiB") == std::uintmax_t{10} << 30);
  CHECK(parse_bytes("1.5 MB") == 1'500'000);
  CHECK(parse_bytes("0") == 0);
  for (const char* bad : {"", "GiB", "-1", "5 giga", "1e400", "nan", "99999999999TB"}) CHECK_FALSE(parse_bytes(bad));
}

TEST_CASE("a word is quoted for a shell where that may take it for more") {
  CHECK(shell_word("model.hidden_size=192") == "model.hidden_size=192");
  CHECK(shell_word("") == "''");
  CHECK(shell_word("it's 5 o'clock") == R"('it'\''s 5 o'\''clock')");
  for (const char* word : {"a b", "$HOME", "*", "x;y", "~"}) CHECK(shell_word(word) == "'" + std::string(word) + "'");
  CHECK(shell_quoted("plain") == "'plain'");
}
