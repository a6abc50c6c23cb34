#include "cli/session/detachment.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "support/error.h"

namespace folio::cli {
namespace {

[[noreturn]] void refuse(const char* what) {
  throw Error(ErrorKind::run, std::string("cannot go on in the background: ") + what + ": " + std::strerror(errno));
}

int exit_code_of(pid_t process) {
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

bool is_file(int fd) {
  struct stat status{};
  return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

}  // namespace

std::optional<int> Detachment::begin() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) refuse("pipe");
  const FileDescriptor reading(ends[0]);
  waiting_ = FileDescriptor(ends[1]);
  std::fflush(nullptr);  // or both would print it
  const pid_t process = ::fork();
  if (process < 0) refuse("fork");
  if (process == 0) return std::nullopt;
  waiting_.reset();
  char word = 0;
  ssize_t size;
  while ((size = ::read(reading.get(), &word, 1)) < 0 && errno == EINTR) {
  }
  return size == 1 ? 0 : exit_code_of(process);
}

void Detachment::let_go() {
  std::fflush(nullptr);
  ::setsid();
  const FileDescriptor nowhere(::open("/dev/null", O_RDWR | O_CLOEXEC));
  ::dup2(nowhere.get(), STDIN_FILENO);
  ::dup2(nowhere.get(), STDOUT_FILENO);
  if (!is_file(STDERR_FILENO)) ::dup2(nowhere.get(), STDERR_FILENO);
  [[maybe_unused]] const ssize_t size = ::write(waiting_.get(), "1", 1);
  waiting_.reset();
}

}  // namespace folio::cli
