#include "terminal/live_screen.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "terminal/safe_output.h"
#include "terminal/terminal.h"

namespace folio {
namespace {

constexpr const char* kEnter = "\x1b[?1049h\x1b[?25l\x1b[2J";  // another screen, without a cursor
constexpr const char* kLeave = "\x1b[?25h\x1b[?1049l";

volatile sig_atomic_t resized = 0;

extern "C" void on_resize(int) { resized = 1; }

/// Lets single keys be read, without showing them; none where that cannot be.
std::optional<termios> read_single_keys() {
  termios before{};
  // In the background, changing the terminal would stop this process.
  if (::tcgetpgrp(STDIN_FILENO) != ::getpgrp() || ::tcgetattr(STDIN_FILENO, &before) != 0) return std::nullopt;
  termios keys = before;
  keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  keys.c_cc[VSUSP] = _POSIX_VDISABLE;  // a shell would come back to this screen
  keys.c_cc[VMIN] = 1;
  keys.c_cc[VTIME] = 0;
  return ::tcsetattr(STDIN_FILENO, TCSANOW, &keys) == 0 ? std::optional(before) : std::nullopt;
}

}  // namespace

LiveScreen::LiveScreen(int fd) : fd_(fd), keys_before_(read_single_keys()) {
  struct sigaction action{};
  action.sa_handler = on_resize;  // without SA_RESTART, so that it ends a wait
  ::sigaction(SIGWINCH, &action, &resize_before_);
  write_out(kEnter);
}

LiveScreen::~LiveScreen() {
  write_out(kLeave);
  ::sigaction(SIGWINCH, &resize_before_, nullptr);
  if (keys_before_) ::tcsetattr(STDIN_FILENO, TCSANOW, &*keys_before_);
}

// One column less than there are: a line that fills the last one would wrap.
int LiveScreen::columns() const { return terminal_width(fd_) - 1; }

int LiveScreen::rows() const { return terminal_height(fd_); }

void LiveScreen::draw(std::string_view lines) {
  SafeText safe(use_colour(fd_));
  std::string text = "\x1b[H";
  int left = rows();
  const int width = columns();
  for (std::size_t begin = 0; begin < lines.size() && left > 0; --left) {
    const std::size_t end = std::min(lines.find('\n', begin), lines.size());
    text += safe.next(cut_to_width(lines.substr(begin, end - begin), width)) + safe.finish() + "\x1b[K";
    if (left > 1) text += "\n";
    begin = end + 1;
  }
  write_out(left > 0 ? text + "\x1b[J" : text);
}

std::optional<char> LiveScreen::wait(std::chrono::milliseconds time) {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  const int found = ::poll(&input, keys_before_ ? 1 : 0, static_cast<int>(std::max<std::int64_t>(0, time.count())));
  if (found <= 0) return std::nullopt;
  char key = 0;
  if (::read(STDIN_FILENO, &key, 1) == 1) return key;
  keys_before_.reset();  // the terminal is gone
  return std::nullopt;
}

bool LiveScreen::take_resized() { return std::exchange(resized, 0) != 0; }

void LiveScreen::write_out(std::string_view text) const {
  while (!text.empty()) {
    const ssize_t count = ::write(fd_, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;  // a terminal that went away is no reason to stop
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace folio
