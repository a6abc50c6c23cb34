#include "support/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <tuple>
#include <utility>

#include "support/error.h"

extern char** environ;

namespace folio {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

/// This process's environment with `changes` put over it, as KEY=VALUE.
std::vector<std::string> merged_environment(const std::map<std::string, std::string>& changes) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text(*entry);
    if (!changes.contains(text.substr(0, text.find('=')))) result.push_back(text);
  }
  for (const auto& [key, value] : changes) result.push_back(key + "=" + value);
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

struct SpawnSettings {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;

  SpawnSettings() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    // A group of its own, and the default action for every signal that this process ignores or blocks, but for SIGHUP:
    // what outlives its terminal (nohup, a run) has its children do so too.
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    sigdelset(&all, SIGHUP);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
};

/// A file without a name, in memory.
FileDescriptor memory_file(const char* what) {
  FileDescriptor file(::memfd_create("folio", MFD_CLOEXEC));
  if (!file) throw Error(ErrorKind::run, std::string(what) + " for a child: " + std::strerror(errno));
  return file;
}

/// One that holds the text and is read from its start. A pipe would have to be filled while the child already fills the
/// one that we read.
FileDescriptor input_file(const std::string& text) {
  FileDescriptor file = memory_file("standard input");
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t size = ::write(file.get(), text.data() + done, text.size() - done);
    if (size < 0 && errno != EINTR)
      throw Error(ErrorKind::run, std::string("standard input for a child: ") + std::strerror(errno));
    if (size > 0) done += static_cast<std::size_t>(size);
  }
  ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

/// A pipe: what is written into the second end is read from the first.
std::pair<FileDescriptor, FileDescriptor> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    throw Error(ErrorKind::run, std::string("cannot create a pipe: ") + std::strerror(errno));
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

ExitStatus decode(int status) {
  if (WIFSIGNALED(status)) return {0, WTERMSIG(status)};
  return {WEXITSTATUS(status), 0};
}

}  // namespace

std::string ExitStatus::to_text() const {
  if (signal != 0) return "was killed by signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
  return "exited with " + std::to_string(code);
}

ChildProcess::ChildProcess(const fs::path& program, const Options& options) {
  auto [reading, child_end] = make_pipe();
  output_ = std::move(reading);

  SpawnSettings spawn;
  FileDescriptor input = options.input.empty() ? FileDescriptor() : input_file(options.input);
  if (options.input_open) std::tie(input, input_) = make_pipe();
  if (input)
    posix_spawn_file_actions_adddup2(&spawn.actions, input.get(), STDIN_FILENO);
  else
    posix_spawn_file_actions_addopen(&spawn.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&spawn.actions, child_end.get(), STDOUT_FILENO);
  if (options.inherited >= 0) posix_spawn_file_actions_adddup2(&spawn.actions, options.inherited, kInheritedDescriptor);
  if (!options.error_file.empty()) {
    posix_spawn_file_actions_addopen(&spawn.actions, STDERR_FILENO, options.error_file.c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0666);
  } else if (options.error_descriptor >= 0) {
    posix_spawn_file_actions_adddup2(&spawn.actions, options.error_descriptor, STDERR_FILENO);
  }
  std::vector<std::string> arguments{program.string()};
  arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
  std::vector<std::string> environment = merged_environment(options.environment);
  const int error = ::posix_spawn(&pid_, program.c_str(), &spawn.actions, &spawn.attributes, pointers(arguments).data(),
                                  pointers(environment).data());
  if (error != 0) throw Error(ErrorKind::run, program.string() + ": cannot be started: " + std::strerror(error));
}

void ChildProcess::write_input(std::string_view text) {
  // Writing to a child that has ended is then an error here, and no end of this process.
  static const auto kIgnored = ::signal(SIGPIPE, SIG_IGN);
  static_cast<void>(kIgnored);
  while (!text.empty()) {
    const ssize_t size = ::write(input_.get(), text.data(), text.size());
    if (size < 0 && errno != EINTR) return;
    if (size > 0) text.remove_prefix(static_cast<std::size_t>(size));
  }
}

ChildProcess::~ChildProcess() {
  if (poll()) return;
  signal(SIGKILL);
  wait();
}

void ChildProcess::signal(int number) {
  if (!status_) ::kill(-pid_, number);
}

std::optional<ExitStatus> ChildProcess::poll() {
  int status = 0;
  if (!status_ && ::waitpid(pid_, &status, WNOHANG) == pid_) status_ = decode(status);
  return status_;
}

ExitStatus ChildProcess::wait() {
  int status = 0;
  while (!status_)
    if (::waitpid(pid_, &status, 0) == pid_) status_ = decode(status);
  return *status_;
}

ChildOutput run_child(const fs::path& program, const std::vector<std::string>& arguments,
                      std::chrono::milliseconds timeout) {
  const FileDescriptor errors = memory_file("standard error");
  ChildProcess child(program,
                     {.arguments = arguments, .environment = {}, .error_file = {}, .error_descriptor = errors.get()});
  ChildOutput result;
  const auto deadline = steady_clock::now() + timeout;
  for (char buffer[1 << 14];;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - steady_clock::now());
    pollfd ready{child.output(), POLLIN, 0};
    const int count = left.count() > 0 ? ::poll(&ready, 1, static_cast<int>(left.count())) : 0;
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) {
      result.timed_out = true;
      child.signal(SIGKILL);
      break;
    }
    const ssize_t size = ::read(child.output(), buffer, sizeof buffer);
    if (size <= 0) break;
    result.output.append(buffer, static_cast<std::size_t>(size));
  }
  // It may have closed its output and still run on.
  while (!result.timed_out && !child.poll()) {
    if (steady_clock::now() >= deadline) {
      result.timed_out = true;
      child.signal(SIGKILL);
    }
    ::usleep(2000);
  }
  result.status = child.wait();
  constexpr off_t kKept = 4096;
  const off_t size = ::lseek(errors.get(), 0, SEEK_END);
  result.errors =
      read_at(errors, static_cast<std::uint64_t>(std::max<off_t>(0, size - kKept)), kKept, "standard error");
  return result;
}

}  // namespace folio
