#include "worker/progress_lines.h"

#include <signal.h>
#include <unistd.h>

#include <utility>

namespace folio::worker {

ProgressLines::ProgressLines(std::function<void()> at_stage) : at_stage_(std::move(at_stage)) {
  // A runner that is killed leaves the worker at work: writing to nobody must not end it.
  ::signal(SIGPIPE, SIG_IGN);
}

void ProgressLines::stage(const std::string& name, double done, double total, const std::string& unit) {
  at_stage_();
  const auto now = std::chrono::steady_clock::now();
  const bool at_end = total > 0 && done >= total;
  if (name == stage_ && !at_end && now - last_ < std::chrono::milliseconds(50)) return;
  stage_ = name;
  last_ = now;
  nlohmann::json line{{"stage", name}, {"done", done}, {"total", total}};
  if (!unit.empty()) line["unit"] = unit;
  write(line);
}

void ProgressLines::write(const nlohmann::json& line) {
  if (reader_gone_) return;
  const std::string text = line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  reader_gone_ = ::write(STDOUT_FILENO, text.data(), text.size()) < 0;
}

}  // namespace folio::worker
