#include "support/machine/processor_time.h"

#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <string>

#include "support/child_process.h"

using namespace folio;

TEST_CASE("a process that took all the processor time that it may have is told so") {
  const ProcessorTimeLimit limit{4, 60};
  CHECK_THAT(lack_of_processor_time(SIGXCPU, 4.02, limit), Catch::StartsWith("`ulimit -t` allows a process 4 s of "));
  CHECK_THAT(lack_of_processor_time(SIGKILL, 59.9, limit), Catch::StartsWith("`ulimit -t` allows a process 60 s of "));
  CHECK(lack_of_processor_time(SIGKILL, 5, limit).empty());
  CHECK(lack_of_processor_time(SIGTERM, 61, limit).empty());
  CHECK(lack_of_processor_time(SIGKILL, 5, ProcessorTimeLimit{4, {}}).empty());
  CHECK(lack_of_processor_time(SIGXCPU, 5, std::nullopt).empty());
}

TEST_CASE("the limit of processor time is the system's, and ends a child") {
  const double before = processor_seconds_of_children();
  const ChildOutput child =
      run_child("/bin/sh", {"-c", "ulimit -S -t 1; while :; do :; done"}, std::chrono::seconds(100));
  REQUIRE(child.status.signal == SIGXCPU);
  const double taken = processor_seconds_of_children() - before;
  CHECK_THAT(lack_of_processor_time(child.status.signal, taken, ProcessorTimeLimit{1, {}}),
             Catch::Contains("allows a process 1 s of processor time"));

  rlimit old{};
  REQUIRE(::getrlimit(RLIMIT_CPU, &old) == 0);
  const rlimit less{1000000, old.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_CPU, &less) == 0);
  const auto limit = processor_time_limit();
  REQUIRE(::setrlimit(RLIMIT_CPU, &old) == 0);
  REQUIRE(limit);
  CHECK(limit->soft == 1000000);
}
