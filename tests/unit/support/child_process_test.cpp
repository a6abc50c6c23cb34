#include "support/child_process.h"

#include <unistd.h>

#include <catch2/catch.hpp>

using namespace folio;

namespace {

std::string output_of(const std::string& input) {
  ChildProcess cat("/bin/cat", {.arguments = {}, .environment = {}, .error_file = {}, .input = input});
  std::string output;
  char buffer[1 << 14];
  for (ssize_t size; (size = ::read(cat.output(), buffer, sizeof buffer)) > 0;)
    output.append(buffer, static_cast<std::size_t>(size));
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

TEST_CASE("a child's input may be handed over bit by bit, and one that has ended does not mind") {
  ChildProcess cat("/bin/cat", {.arguments = {}, .environment = {}, .error_file = {}, .input_open = true});
  char buffer[16] = {};
  for (const std::string text : {"first", "second"}) {
    cat.write_input(text);
    REQUIRE(::read(cat.output(), buffer, sizeof buffer) == static_cast<ssize_t>(text.size()));
    CHECK(std::string(buffer, text.size()) == text);
  }
  cat.close_input();
  CHECK(cat.wait().success());

  ChildProcess gone("/bin/true", {.arguments = {}, .environment = {}, .error_file = {}, .input_open = true});
  CHECK(gone.wait().success());
  gone.write_input("nobody reads this");
}
