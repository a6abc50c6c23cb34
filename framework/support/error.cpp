#include "support/error.h"

#include <array>
#include <cerrno>
#include <cstring>
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

void throw_errno(ErrorKind kind, const std::filesystem::path& path, const std::string& what) {
  const int error = errno;
  throw Error(kind, path.string() + ": " + what + ": " + std::strerror(error));
}

}  // namespace folio
