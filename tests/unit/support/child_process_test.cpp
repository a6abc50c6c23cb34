#include "support/child_process.h"

#include <unistd.h>

#include <catch2/catch.hpp>

using namespace folio;

namespace {

std::string output_of(const std::string& input) {
  ChildProcess cat("/bin/cat", {.arguments = {}, .environment = {}, .error_file = {}, .input = input});
  std::string output;
  char buffer[1 << 14];
  for (ssize_t size; (size = ::read(cat.output(), buffer, sizeof buffer)) > 0;) {
    output.append(buffer, static_cast<std::size_t>(size));
  }
  CHECK(cat.wait().success());
  return output;
}

}  // namespace

TEST_CASE("a child reads its input, also more than a pipe holds, before anyone reads its output") {
  CHECK(output_of("a line\n") == "a line\n");
  const std::string large(300'000, 'x');
  CHECK(output_of(large) == large);
}

TEST_CASE("a child without input reads nothing") { CHECK(output_of("").empty()); }
