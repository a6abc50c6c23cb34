#include "support/machine/memory_limit.h"

#include <sys/resource.h>
#include <unistd.h>

#include <catch2/catch.hpp>

using namespace folio;

TEST_CASE("the memory limit is the least of the system's") {
  const MemoryLimit before = memory_limit();
  CHECK(before.bytes > 1e6);
  CHECK_FALSE(before.whose.empty());
  rlimit old{};
  REQUIRE(::getrlimit(RLIMIT_DATA, &old) == 0);
  const rlimit less{512 << 20, old.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_DATA, &less) == 0);
  const MemoryLimit limited = memory_limit();
  REQUIRE(::setrlimit(RLIMIT_DATA, &old) == 0);
  CHECK(limited.bytes == 512 << 20);
  CHECK(limited.whose == "`ulimit -d`");
  CHECK(memory_limit().bytes == before.bytes);
}

TEST_CASE("the count of processes that were ended for lack of memory never falls") {
  const auto kills = out_of_memory_kills();
  CHECK(kills >= 0);
  CHECK(out_of_memory_kills() >= kills);
}
