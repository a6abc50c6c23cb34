#include "terminal/progress_bar.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "support/utf8.h"
#include "terminal/terminal.h"

namespace folio {
namespace {

constexpr int kBarWidth = 24;
constexpr int kLeastBarWidth = 6;  // a shorter one says less than the percentage beside it

std::string bar(double share, int width) {
  const int filled = static_cast<int>(std::floor(share * width));
  std::string text;
  for (int i = 0; i < width; ++i) text += i < filled ? "━" : i == filled && share > 0 ? "╸" : "─";
  return text + "  ";
}

constexpr const char* kClear = "\r\x1b[J";  // from the line's begin to the end of the screen

void write_out(int fd, std::string_view text) {
  // A terminal that went away is no reason to stop.
  [[maybe_unused]] const ssize_t count = ::write(fd, text.data(), text.size());
}

}  // namespace

std::string progress_line(std::string_view label, double done, double total, std::string_view details, int width) {
  const bool has_total = total > 0;
  const double share = has_total ? std::clamp(done / total, 0.0, 1.0) : 0;
  const std::string before = without_controls(label) + "  ";
  std::string after = has_total ? fmt::format("{:3.0f} %", std::floor(share * 100)) : "";
  if (has_total && !details.empty()) after += "  ";
  after += without_controls(details);
  const int room = width - display_width(before) - display_width(after) - 2;
  std::string line = before;
  if (has_total && room >= kLeastBarWidth) line += bar(share, std::min(room, kBarWidth));
  line += after;
  return cut_to_width(line, width);
}

ProgressBar::ProgressBar(int fd) : fd_(fd), enabled_(is_terminal(fd)) {}

ProgressBar::~ProgressBar() { clear(); }

void ProgressBar::update(std::string_view label, double done, double total, std::string_view details) {
  if (!enabled_) return;
  const auto now = std::chrono::steady_clock::now();
  const bool due =
      now - last_drawn_ >= std::chrono::milliseconds(100) || (total > 0 && done >= total) || label != label_;
  if (!due) return;
  last_drawn_ = now;
  label_ = label;
  // One column less than there are: a line that fills the last one would wrap and repeat itself.
  const int width = terminal_width(fd_) - 1;
  std::string text = kClear + progress_line(label, done, total, details, width);
  // The cursor goes back to the bar, from where the next drawing begins.
  if (!below_.empty()) text += "\n\r" + cut_to_width(without_controls(below_), width) + "\x1b[A";
  write_out(fd_, text);
  drawn_ = true;
}

void ProgressBar::clear() {
  if (!drawn_) return;
  write_out(fd_, kClear);
  drawn_ = false;
}

}  // namespace folio
