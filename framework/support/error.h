#pragma once

#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace folio {

/// Where a failure comes from. It decides the exit code of the program (see exit_code) and who has to act on it.
enum class ErrorKind {
  usage,        ///< the command line
  experiment,   ///< the experiment file or an override, or values that do not fit together
  plugin,       ///< a plugin that cannot be found, loaded or made, or that crashed
  store,        ///< the results folder or the store
  run,          ///< the run itself: data that cannot be read, a loss that is not a number, a full disk
  interrupted,  ///< a person's Ctrl-C before there was anything to keep
};

/// The process's exit code for a failure of this kind: usage 2, experiment 3, plugin 4, store 5, run 1, interrupted
/// 130.
int exit_code(ErrorKind kind);

/// The kind's name as events and JSON carry it, and back; an unknown name is ErrorKind::run.
std::string_view to_string(ErrorKind kind);
ErrorKind error_kind_from_string(std::string_view name);

/// A failure that bad input or the outside world caused. The message is for the person who can mend it: it names the
/// file, line, key, offending value and what was expected, as far as these apply. Broken invariants are assertions.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}

  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

/// What an exception says, in words for a person: without libtorch's list of C++ frames, nlohmann's own error code and
/// the standard library's names of its functions.
std::string plain_message(const std::exception& error);

/// A call of the system that failed: it may succeed another time, though nothing of the input has changed.
class SystemError : public Error {
 public:
  using Error::Error;
};

/// Throws SystemError "<path>: <what>: <what errno says>", for a call of the system that failed just now.
[[noreturn]] void throw_errno(ErrorKind kind, const std::filesystem::path& path, const std::string& what);

}  // namespace folio
