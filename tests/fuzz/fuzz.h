#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "support/error.h"

/// What the targets share. A target is a source in targets/ that defines one_input(); everything else is libFuzzer's.
namespace folio::fuzz {

/// Reads the bytes as a stranger's file and checks what was read; a failed check ends the process, as does an exception
/// that is not handled.
void one_input(std::string_view bytes);

/// Ends the process where a promise of the reader does not hold.
#define FOLIO_FUZZ_REQUIRE(condition) \
  ((condition) ? static_cast<void>(0) : ::folio::fuzz::broken_promise(#condition, __FILE__, __LINE__))
[[noreturn]] void broken_promise(const char* condition, const char* file, int line);

/// Ends the process unless the message is one for a person: it is not empty, names `name`, is of bounded length and
/// repeats no words of a library's own.
void require_good_message(const std::exception& error, std::string_view name);

/// Whether `read` takes the input. What it throws must be a folio::Error with a good message about `name`.
template <typename Read>
bool is_taken(std::string_view name, const Read& read) {
  try {
    read();
    return true;
  } catch (const Error& error) {
    require_good_message(error, name);
    return false;
  }
}

/// A file of this process's own, in memory where the system has a folder for that, under one name for all inputs.
/// `name` may lead into folders.
class InputFile {
 public:
  explicit InputFile(const std::string& name);
  /// The file's path, with these bytes in it.
  const std::filesystem::path& with(std::string_view bytes);
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The folder that such files are in.
const std::filesystem::path& input_folder();

/// The input in two: what stands before the first line that is "%%", and what stands behind it.
struct TwoParts {
  std::string_view first, second;
};
TwoParts two_parts(std::string_view bytes);

}  // namespace folio::fuzz
