#include "support/progress_bar.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "support/terminal.h"

namespace folio {
namespace {

constexpr int kBarWidth = 24;

std::string bar(double share) {
  const int filled = static_cast<int>(std::floor(share * kBarWidth));
  std::string text;
  for (int i = 0; i < kBarWidth; ++i) text += i < filled ? "━" : i == filled && share > 0 ? "╸" : "─";
  return text;
}

void write_out(int fd, std::string_view text) {
  // A terminal that went away is no reason to stop.
  [[maybe_unused]] const ssize_t count = ::write(fd, text.data(), text.size());
}

}  // namespace

ProgressBar::ProgressBar(int fd) : fd_(fd), enabled_(is_terminal(fd)) {}

ProgressBar::~ProgressBar() { clear(); }

void ProgressBar::update(std::string_view label, double done, double total, std::string_view details) {
  if (!enabled_) return;
  const auto now = std::chrono::steady_clock::now();
  const bool due = now - last_drawn_ >= std::chrono::milliseconds(100) || done >= total || label != label_;
  if (!due) return;
  last_drawn_ = now;
  label_ = label;
  const double share = total > 0 ? std::clamp(done / total, 0.0, 1.0) : 0;
  std::string line = fmt::format("{}  {}  {:3.0f} %  {}", label, bar(share), std::floor(share * 100), details);
  // Cut at the terminal's width (by bytes where the tail is plain text), else the line would wrap and repeat itself.
  const int width = terminal_width(fd_) - 1;
  while (!line.empty() && display_width(line) > width) line.pop_back();
  write_out(fd_, "\r\x1b[2K" + line);
  drawn_ = true;
}

void ProgressBar::clear() {
  if (!drawn_) return;
  write_out(fd_, "\r\x1b[2K");
  drawn_ = false;
}

}  // namespace folio
