#include "support/standard_streams.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <streambuf>

namespace folio {
namespace {

struct Stream {
  int fd;
  bool may_fail;      ///< whether who writes to it is told
  int fault = 0;      ///< errno of the first write that failed
  bool gone = false;  ///< nobody reads the pipe any more
};

Stream output{.fd = STDOUT_FILENO, .may_fail = true};
Stream error_output{.fd = STDERR_FILENO, .may_fail = false};

/// Writes all, or remembers why not; whether all was written.
bool write_all(Stream& stream, const char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t count = ::write(stream.fd, bytes, size);
    if (count >= 0) {
      bytes += count;
      size -= static_cast<std::size_t>(count);
    } else if (errno == EAGAIN) {  // a pipe that somebody made non-blocking
      pollfd ready{stream.fd, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (errno == EPIPE) {
      stream.gone = true;
      return true;
    } else if (errno != EINTR) {
      if (stream.fault == 0) stream.fault = errno;
      return false;
    }
  }
  return true;
}

/// What stdio calls; 0 is its word for an error.
ssize_t take(void* cookie, const char* bytes, std::size_t size) {
  Stream& stream = *static_cast<Stream*>(cookie);
  const bool written = stream.gone || write_all(stream, bytes, size);
  return written || !stream.may_fail ? static_cast<ssize_t>(size) : 0;
}

std::FILE* opened(Stream& stream, int buffering) {
  std::FILE* const file =
      ::fopencookie(&stream, "w", {.read = nullptr, .write = &take, .seek = nullptr, .close = nullptr});
  if (file != nullptr) std::setvbuf(file, nullptr, buffering, BUFSIZ);
  return file;
}

/// Hands on to a file of stdio's, so that what is printed in both ways keeps its order.
class ToFile : public std::streambuf {
 public:
  explicit ToFile(std::FILE* file) : file_(file) {}

 protected:
  int_type overflow(int_type character) override {
    if (traits_type::eq_int_type(character, traits_type::eof())) return traits_type::not_eof(character);
    return std::fputc(character, file_);
  }
  std::streamsize xsputn(const char* text, std::streamsize size) override {
    return static_cast<std::streamsize>(std::fwrite(text, 1, static_cast<std::size_t>(size), file_));
  }
  int sync() override { return std::fflush(file_); }

 private:
  std::FILE* file_;
};

/// Opened the wrong way round, a descriptor is taken and fails all the same.
void take_closed_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) != -1 || errno != EBADF) continue;
    ::open("/dev/null", fd == STDOUT_FILENO ? O_RDONLY : O_WRONLY);  // it gets the lowest number that is free
  }
}

std::string fault_text(const Stream& stream) {
  if (stream.fault == 0) return "";
  return stream.fault == EBADF ? "it is closed" : std::strerror(stream.fault);
}

}  // namespace

void guard_standard_streams() {
  take_closed_descriptors();
  ::signal(SIGXFSZ, SIG_IGN);
  std::FILE* const out = opened(output, ::isatty(STDOUT_FILENO) == 1 ? _IOLBF : _IOFBF);
  std::FILE* const error = opened(error_output, _IONBF);
  if (out == nullptr || error == nullptr) return;  // no memory: all goes on as without a guard
  stdout = out;
  stderr = error;
  // Left behind: they are flushed after everything else has ended.
  std::cout.rdbuf(new ToFile(out));
  std::cerr.rdbuf(new ToFile(error));
  std::clog.rdbuf(std::cerr.rdbuf());
}

std::string output_fault() {
  std::fflush(stdout);
  return fault_text(output);
}

std::string error_output_fault() { return fault_text(error_output); }

}  // namespace folio
