#include "cli/view/live_view.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>

using folio::cli::LiveView;

namespace {

using Clock = std::chrono::steady_clock;

/// What standard error is given while `work` runs; it is no terminal then.
std::string told(const std::function<void()>& work) {
  std::fflush(stderr);
  const int before = ::dup(STDERR_FILENO);
  std::FILE* file = std::tmpfile();
  ::dup2(::fileno(file), STDERR_FILENO);
  work();
  std::fflush(stderr);
  ::dup2(before, STDERR_FILENO);
  ::close(before);
  std::string text;
  std::rewind(file);
  for (int c; (c = std::fgetc(file)) != EOF;) text += static_cast<char>(c);
  std::fclose(file);
  return text;
}

}  // namespace

TEST_CASE("a long evaluation is told every half minute where there is no terminal, with the time left") {
  Clock::time_point now{};
  const std::string text = told([&] {
    LiveView view(false, [&] { return now; });
    for (int done = 0; done <= 100; ++done) {
      view.show({{"stage", "Evaluating"}, {"done", done}, {"total", 100}});
      now += std::chrono::seconds(1);
    }
  });
  CHECK(text == "Evaluating: 30 %  1 min 10 s left\nEvaluating: 60 %  40 s left\nEvaluating: 90 %  10 s left\n");
}

TEST_CASE("an evaluation right behind another counts its own time") {
  Clock::time_point now{};
  const std::string text = told([&] {
    LiveView view(false, [&] { return now; });
    for (int round = 0; round < 3; ++round) {
      for (int done = 0; done <= 100; done += 25) {
        view.show({{"stage", "Evaluating"}, {"done", done}, {"total", 100}});
        now += std::chrono::seconds(7);
      }
    }
  });
  CHECK(text.empty());
}

TEST_CASE("a stage is named once, then told how far it is") {
  Clock::time_point now{};
  const std::string text = told([&] {
    LiveView view(false, [&] { return now; });
    for (int second = 0; second <= 40; second += 10, now += std::chrono::seconds(10))
      view.show({{"stage", "Encoding the text"}, {"done", second * 1e6}, {"total", 8e7}, {"unit", "bytes"}});
  });
  CHECK(text == "Encoding the text\nEncoding the text: 37 %  976.6 KiB/s  50 s left\n");
}

TEST_CASE("a text that the model wrote is told in one line, without what could move the cursor") {
  const std::string text = told([] {
    LiveView view(false);
    view.show({{"wrote", "ROMEO.\nBut soft\x1b[2J"}, {"step", 40}});
    view.show({{"sample", {{"position", 1}}}});  // of `runner data`, which is for another view
    view.show({{"waits_for", "model plugin 'x'"}});
  });
  CHECK(text ==
        "step 40 writes: ROMEO. But soft\uFFFD[2J\nWaiting for model plugin 'x' to come back. Ctrl-C again "
        "stops at once, without saving.\n");
}
