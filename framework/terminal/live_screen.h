#pragma once

#include <signal.h>
#include <termios.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace folio {

/// A whole terminal, for a program that shows how something goes on: drawn in place, beside what stood there before,
/// which is there again at the end. One at a time.
class LiveScreen {
 public:
  /// Draws to the descriptor, which is a terminal (is_terminal()), and reads keys from standard input where that is one
  /// too and this process is in its foreground.
  explicit LiveScreen(int fd);
  ~LiveScreen();
  LiveScreen(const LiveScreen&) = delete;
  LiveScreen& operator=(const LiveScreen&) = delete;

  /// Columns and rows that there is room for, as they are now.
  int columns() const;
  int rows() const;

  /// Shows these lines from the top on, as SafeText has them; what there is no room for is cut.
  void draw(std::string_view lines);

  /// Waits for so long, or until a key is pressed, the terminal gets another size, or a signal comes. Gives the key.
  std::optional<char> wait(std::chrono::milliseconds time);

  /// Whether the terminal has got another size since this was asked last.
  bool take_resized();

 private:
  void write_out(std::string_view text) const;

  int fd_;
  std::optional<termios> keys_before_;  ///< where keys are read
  struct sigaction resize_before_{};
};

}  // namespace folio
