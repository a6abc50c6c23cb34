#include "worker/crash_report.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "folio/error.h"

namespace folio::worker {
namespace {

constexpr std::array kFatalSignals{SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

// All that the handler needs is set aside beforehand: it may run with a broken heap.
struct NamedLibrary {
  char path[1024];
  char name[128];
};
std::array<NamedLibrary, 16> named_libraries;
std::size_t named_library_count = 0;
int events_fd = -1;
bool is_run = false;  // else the events are standard output
bool end_expected = false;
thread_local const char* plugin_at_work = nullptr;
std::atomic<std::uint64_t> calls_so_far = 0;
std::atomic<const char*> plugin_answered = nullptr;  // of the main thread, to kWhoIsAtWork
alignas(16) std::array<char, 1 << 16> handler_stack;

void copy_text(char* target, std::size_t size, const std::string& text) {
  std::strncpy(target, text.c_str(), size - 1);
  target[size - 1] = '\0';
}

/// The plugin nearest to the top of the thread's stack, else the one that this thread has called; null where there is
/// none.
const char* plugin_to_blame() {
  std::array<void*, 64> frames;
  const int count = ::backtrace(frames.data(), static_cast<int>(frames.size()));
  for (int i = 0; i < count; ++i) {
    Dl_info info;
    if (::dladdr(frames[static_cast<std::size_t>(i)], &info) == 0 || info.dli_fname == nullptr) continue;
    for (std::size_t k = 0; k < named_library_count; ++k)
      if (std::strcmp(info.dli_fname, named_libraries[k].path) == 0) return named_libraries[k].name;
  }
  return plugin_at_work;
}

void write_out(int fd, const char* text, int size) {
  if (size > 0) [[maybe_unused]]
    const ssize_t count = ::write(fd, text, static_cast<std::size_t>(size));
}

/// Tells in JSON and on standard error what the plugin, or the worker where that is null, did.
void tell_end(const char* plugin, const char* what) {
  char message[1400];
  std::snprintf(message, sizeof message, "%s %s", plugin != nullptr ? plugin : "the worker", what);
  // A path may hold anything; what would end the text is left out, so that the line stays JSON.
  char quoted[1400];
  std::size_t length = 0;
  for (const char* at = message; *at != '\0' && length + 1 < sizeof quoted; ++at)
    if (*at != '"' && *at != '\\' && static_cast<unsigned char>(*at) >= 0x20) quoted[length++] = *at;
  quoted[length] = '\0';
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  char line[1600];
  const char* kind = plugin != nullptr ? "plugin" : "run";
  const int size =
      is_run ? std::snprintf(line, sizeof line,
                             "{\"time\":%lld.%03ld,\"type\":\"state\",\"state\":\"failed\",\"error\":{\"kind\":"
                             "\"%s\",\"message\":\"%s\"}}\n",
                             static_cast<long long>(now.tv_sec), now.tv_nsec / 1000000, kind, quoted)
             : std::snprintf(line, sizeof line, "\n{\"error\":{\"kind\":\"%s\",\"message\":\"%s\"}}\n", kind, quoted);
  write_out(events_fd, line, size);
  write_out(STDERR_FILENO, message, static_cast<int>(std::strlen(message)));
  write_out(STDERR_FILENO, "\n", 1);
}

/// Sent to the main thread; by default it is ignored, and nobody else sends it.
constexpr int kWhoIsAtWork = SIGURG;
constexpr const char* kNobody = "";

extern "C" void on_question(int) {
  const int error = errno;
  const char* plugin = plugin_to_blame();
  plugin_answered = plugin != nullptr ? plugin : kNobody;
  errno = error;
}

extern "C" void on_fatal_signal(int number) {
  const char* description = ::sigdescr_np(number);
  char what[128];
  std::snprintf(what, sizeof what, "crashed (%s)", description != nullptr ? description : "fatal signal");
  tell_end(plugin_to_blame(), what);
  // SA_RESETHAND put the default action back: the signal, raised again, ends the process as it would have.
  ::raise(number);
}

/// Registered before any plugin is loaded, so called last, on the stack of whoever called exit().
extern "C" void on_unexpected_exit(int status, void*) {
  if (end_expected) return;
  const char* plugin = plugin_to_blame();
  char what[128];
  std::snprintf(what, sizeof what, "ended the process: it called exit(%d)", status);
  tell_end(plugin, what);
  ::_exit(exit_code(plugin != nullptr ? ErrorKind::plugin : ErrorKind::run));
}

void watch() {
  void* warm_up[1];
  ::backtrace(warm_up, 1);  // loads libgcc now, which allocates

  stack_t stack{};
  stack.ss_sp = handler_stack.data();
  stack.ss_size = handler_stack.size();
  ::sigaltstack(&stack, nullptr);
  struct sigaction action{};
  action.sa_handler = on_fatal_signal;
  action.sa_flags = SA_ONSTACK | static_cast<int>(SA_RESETHAND) | SA_NODEFER;
  for (const int number : kFatalSignals) ::sigaction(number, &action, nullptr);
  ::on_exit(on_unexpected_exit, nullptr);
  struct sigaction question{};
  question.sa_handler = on_question;
  question.sa_flags = SA_RESTART;
  ::sigaction(kWhoIsAtWork, &question, nullptr);
}

}  // namespace

void report_crashes_to(const std::filesystem::path& events_file) {
  events_fd = ::open(events_file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  if (events_fd < 0) throw_errno(ErrorKind::run, events_file, "cannot be opened");
  is_run = true;
  watch();
}

void report_crashes_to_output() {
  events_fd = STDOUT_FILENO;
  watch();
}

void expect_end() { end_expected = true; }

PluginAtWork::PluginAtWork(const char* name) : before_(plugin_at_work) {
  plugin_at_work = name;
  ++calls_so_far;
}

PluginAtWork::~PluginAtWork() {
  plugin_at_work = before_;
  ++calls_so_far;
}

std::uint64_t plugin_calls_so_far() { return calls_so_far; }

std::string plugin_on_main_thread() {
  constexpr int kMostWaits = 100;
  plugin_answered = nullptr;
  ::tgkill(::getpid(), ::getpid(), kWhoIsAtWork);
  for (int waits = 0; plugin_answered == nullptr && waits < kMostWaits; ++waits) ::usleep(10'000);
  const char* const plugin = plugin_answered;
  return plugin != nullptr ? plugin : "";
}

void end_for_plugin(const std::string& plugin, const std::string& what) {
  tell_end(plugin.c_str(), what.c_str());
  ::_exit(exit_code(ErrorKind::plugin));
}

void name_library_in_crashes(const std::filesystem::path& library, const std::string& plugin_name) {
  if (named_library_count == named_libraries.size()) return;
  NamedLibrary& entry = named_libraries[named_library_count++];
  copy_text(entry.path, sizeof entry.path, library.string());
  copy_text(entry.name, sizeof entry.name, plugin_name);
}

}  // namespace folio::worker
