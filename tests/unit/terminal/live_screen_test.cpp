#include "terminal/live_screen.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>

using namespace folio;

namespace {

/// A terminal of a size, whose screen is read as it was written.
class Pty {
 public:
  Pty(unsigned short columns, unsigned short rows) : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK)) {
    REQUIRE(master_ >= 0);
    REQUIRE(::grantpt(master_) == 0);
    REQUIRE(::unlockpt(master_) == 0);
    fd_ = ::open(::ptsname(master_), O_RDWR | O_NOCTTY);
    REQUIRE(fd_ >= 0);
    resize(columns, rows);
  }
  ~Pty() {
    ::close(fd_);
    ::close(master_);
  }
  Pty(const Pty&) = delete;
  Pty& operator=(const Pty&) = delete;

  int fd() const { return fd_; }

  void resize(unsigned short columns, unsigned short rows) {
    const winsize size{rows, columns, 0, 0};
    REQUIRE(::ioctl(fd_, TIOCSWINSZ, &size) == 0);
  }

  std::string written() {
    char bytes[4096];
    const ssize_t count = ::read(master_, bytes, sizeof bytes);
    return count > 0 ? std::string(bytes, static_cast<std::size_t>(count)) : "";
  }

 private:
  int master_, fd_ = -1;
};

}  // namespace

TEST_CASE("a screen is drawn over itself, cut to its size, and gives back what stood there") {
  ::setenv("TERM", "xterm", 1);
  ::unsetenv("COLUMNS");
  Pty pty(24, 3);
  {
    LiveScreen screen(pty.fd());
    CHECK(screen.columns() == 23);
    CHECK(screen.rows() == 3);
    CHECK_THAT(pty.written(), Catch::StartsWith("\x1b[?1049h"));
    screen.draw("one\ntwo\x1b[2J\n");
    CHECK_THAT(pty.written(), Catch::StartsWith("\x1b[Hone\x1b[K") && Catch::Contains("two\uFFFD[2J\x1b[K") &&
                                  Catch::EndsWith("\x1b[J"));
    screen.draw("a line that is too long for it\n2\n3\n4\n");
    const std::string cut = pty.written();
    CHECK_THAT(cut, Catch::Contains("a line that is too lon…") && Catch::EndsWith("3\x1b[K"));
    pty.resize(40, 10);
    CHECK(screen.columns() == 39);
    CHECK(screen.rows() == 10);
  }
  CHECK_THAT(pty.written(), Catch::EndsWith("\x1b[?1049l"));
}

TEST_CASE("a change of size ends a wait") {
  ::setenv("TERM", "xterm", 1);
  Pty pty(80, 24);
  LiveScreen screen(pty.fd());
  CHECK_FALSE(screen.take_resized());
  ::raise(SIGWINCH);
  CHECK(screen.take_resized());
  CHECK_FALSE(screen.take_resized());
  CHECK_FALSE(screen.wait(std::chrono::milliseconds(1)));
}
