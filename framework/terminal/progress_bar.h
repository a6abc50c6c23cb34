#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace folio {

/// The line that a ProgressBar draws, of at most `width` columns; without bar and percentage where the total is 0.
/// Where room is short the bar gives way first, and only then the end of the details.
std::string progress_line(std::string_view label, double done, double total, std::string_view details, int width);

/// A line that is drawn over itself on a terminal, and nothing elsewhere: who calls it prints plain lines there.
///
///   Training  ━━━━━━━━━━━━╸──────────  54 %  117/216  loss 6.51  402 tok/s  1 min 30 s left
class ProgressBar {
 public:
  /// Draws to the descriptor when it is a terminal.
  explicit ProgressBar(int fd);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  bool enabled() const { return enabled_; }

  /// Shows `done` of `total` with what is to be said beside it; draws at most ten times a second, and always when
  /// done equals total. With a total of 0, which is one that is not known, it shows the label and what is beside it.
  void update(std::string_view label, double done, double total, std::string_view details);

  /// What stands in a line of its own below, as much of it as there is room for, from the next update on; none where it
  /// is empty.
  void set_below(std::string text) { below_ = std::move(text); }

  /// Takes all of it away, so that other output can be printed; the next update draws it again.
  void clear();

 private:
  int fd_;
  bool enabled_;
  bool drawn_ = false;
  std::string label_, below_;
  std::chrono::steady_clock::time_point last_drawn_{};
};

}  // namespace folio
