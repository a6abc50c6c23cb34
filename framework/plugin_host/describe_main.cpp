// folio-describe LIBRARY [--output FILE | --hash SHA256]
//
// Loads a plugin and writes what it declares as JSON (formats/description_json.h), to standard output or to the file.
// It is a program of its own because loading runs the plugin's code, which may crash, hang, exit or print; and apart
// from folio-worker so that plugins can be described before the trainer is built, and without libtorch where they are
// no models. With --hash the library must have these contents. When a plugin is refused, standard output gets
// {"problem": MESSAGE} and the exit code is the Error's.

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "formats/description_json.h"
#include "plugin_host/loaded_plugin.h"
#include "support/files.h"

namespace {

using folio::Error;
using folio::ErrorKind;
using folio::FileDescriptor;

/// Keeps standard output for the answer: what the plugin prints goes to standard error from here on.
FileDescriptor take_standard_output() {
  FileDescriptor output(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
  return output;
}

/// Bytes that are not UTF-8 become U+FFFD: a plugin may call itself anything.
std::string to_text(const nlohmann::json& answer) {
  return answer.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

void write_answer(const FileDescriptor& output, const nlohmann::json& answer) {
  const std::string text = to_text(answer);
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t count = ::write(output.get(), text.data() + done, text.size() - done);
    if (count < 0) throw Error(ErrorKind::run, "standard output cannot be written");
    done += static_cast<std::size_t>(count);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const bool to_file = arguments.size() == 3 && arguments[1] == "--output";
  const bool of_hash = arguments.size() == 3 && arguments[1] == "--hash";
  if (arguments.size() != 1 && !to_file && !of_hash) {
    std::cerr << "usage: folio-describe LIBRARY [--output FILE | --hash SHA256]\n";
    return folio::exit_code(ErrorKind::usage);
  }
  const FileDescriptor output = take_standard_output();
  try {
    const folio::plugin_host::LoadedPlugin plugin(arguments[0], of_hash ? arguments[2] : "");
    const nlohmann::json description = folio::to_json(plugin.describe());
    if (to_file)
      folio::write_file_atomically(arguments[2], to_text(description));
    else
      write_answer(output, description);
    return 0;
  } catch (const Error& error) {
    std::cerr << "folio-describe: " << error.what() << '\n';
    if (!to_file) write_answer(output, {{"problem", error.what()}});
    return folio::exit_code(error.kind());
  }
}
