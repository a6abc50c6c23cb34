#pragma once

#include <string>

/// What a program prints, looked after in one place: through `stdout`, `stderr`, std::cout and std::cerr alike.
namespace folio {

/// Call once, first. From here on
/// - a descriptor that was closed is taken, so that no file which is opened later becomes standard output: reading or
///   writing it fails, and standard error goes nowhere;
/// - output that cannot be written is remembered with the reason (output_fault()). Standard error never fails for who
///   writes to it, since a message that nobody gets must not stop the work that it is about;
/// - a closed pipe is no fault: where the signal does not end the process, the rest is dropped;
/// - a file that grows beyond `ulimit -f` is an error of the write, and no signal.
void guard_standard_streams();

/// Flushes standard output. Why not all of it could be written: "No space left on device"; empty where it could.
std::string output_fault();

/// The same of standard error, whose fault only an exit code can tell.
std::string error_output_fault();

}  // namespace folio
