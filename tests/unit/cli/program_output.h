#pragma once

#include <catch2/catch.hpp>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "cli/command_line/command.h"

namespace folio::test {

/// What the program prints to standard output for these arguments; one with spaces stands in single quotes.
inline std::string printed_by(const cli::Program& program, const std::string& arguments) {
  std::istringstream line(arguments);
  std::vector<std::string> words;
  for (std::string word; line >> std::quoted(word, '\'');) words.push_back(word);
  std::ostringstream captured;
  std::streambuf* const before = std::cout.rdbuf(captured.rdbuf());
  int code = 0;
  try {
    code = program.run(words);
  } catch (...) {
    std::cout.rdbuf(before);
    throw;
  }
  std::cout.rdbuf(before);
  CHECK(code == 0);
  return captured.str();
}

}  // namespace folio::test
