#include "support/error.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <system_error>
#include <utility>

namespace folio {
namespace {

constexpr std::array<std::pair<ErrorKind, std::string_view>, 6> kNames{{
    {ErrorKind::usage, "usage"},
    {ErrorKind::experiment, "experiment"},
    {ErrorKind::plugin, "plugin"},
    {ErrorKind::store, "store"},
    {ErrorKind::run, "run"},
    {ErrorKind::interrupted, "interrupted"},
}};

}  // namespace

int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage:
      return 2;
    case ErrorKind::experiment:
      return 3;
    case ErrorKind::plugin:
      return 4;
    case ErrorKind::store:
      return 5;
    case ErrorKind::interrupted:
      return 130;  // 128 + SIGINT, as a shell has it
    case ErrorKind::run:
      break;
  }
  return 1;
}

std::string_view to_string(ErrorKind kind) {
  for (const auto& [known, name] : kNames)
    if (known == kind) return name;
  return "run";
}

ErrorKind error_kind_from_string(std::string_view name) {
  for (const auto& [kind, known] : kNames)
    if (known == name) return kind;
  return ErrorKind::run;
}

std::string plain_message(const std::exception& error) {
  if (const auto* of_file = dynamic_cast<const std::filesystem::filesystem_error*>(&error)) {
    const std::string path = of_file->path1().string();
    if (path.empty()) return "the working directory cannot be used (was it removed?): " + of_file->code().message();
    return path + ": " + of_file->code().message();
  }
  std::string text = error.what();
  if (text == std::bad_alloc().what()) return "there is not enough memory";
  for (const char* frames : {"Exception raised from ", "\nframe #", "\nC++ CapturedTraceback"})
    text.erase(std::min(text.find(frames), text.size()));
  if (text.starts_with("[json.exception.")) text.erase(0, std::min(text.find("] "), text.size() - 2) + 2);
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

void throw_errno(ErrorKind kind, const std::filesystem::path& path, const std::string& what) {
  const int error = errno;
  throw SystemError(kind, path.string() + ": " + what + ": " + std::strerror(error));
}

}  // namespace folio
