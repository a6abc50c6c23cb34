// A library to be put before libc by LD_PRELOAD. In the program that FAULT_PROGRAM names it counts the calls that
// change what lies under the folder FAULT_FOLDER, and at the FAULT_AT-th of them, before it is made, does what
// FAULT_DOES says:
//   kill            ends the process by SIGKILL
//   ENOSPC or EIO   has the call fail so; with FAULT_FOR_GOOD set, all calls from then on, and the first, where it is a
//                   write, still takes half of the bytes, as a disk does that becomes full
// FAULT_CALLS: the kinds that count, of "open", "write", "sync", "rename", "mkdir"; open is one for writing.
// FAULT_LOG: a file that each call counted is appended to, as "NUMBER KIND PATH". Without FAULT_AT that is all.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_int count;

/// The path of what is open; empty where it has none.
static void path_of(int fd, char path[PATH_MAX]) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t size = readlink(link, path, PATH_MAX - 1);
  path[size > 0 ? size : 0] = '\0';
}

static int is_under_folder(int at, const char* path) {
  const char* const folder = getenv("FAULT_FOLDER");
  if (folder == NULL) return 0;
  char whole[2 * PATH_MAX] = "";
  if (path[0] != '/') {
    char base[PATH_MAX];
    if (at == AT_FDCWD)
      base[getcwd(base, sizeof base) != NULL ? strlen(base) : 0] = '\0';
    else
      path_of(at, base);
    snprintf(whole, sizeof whole, "%s/%s", base, path);
    path = whole;
  }
  return strncmp(path, folder, strlen(folder)) == 0;
}

static int is_the_program(void) {
  const char* const program = getenv("FAULT_PROGRAM");
  return program != NULL && strcmp(program, program_invocation_short_name) == 0;
}

static void log_call(int number, const char* kind, const char* path) {
  const char* const name = getenv("FAULT_LOG");
  if (name == NULL) return;
  char line[PATH_MAX + 64];
  const int size = snprintf(line, sizeof line, "%d %s %s\n", number, kind, path);
  const long fd = syscall(SYS_openat, AT_FDCWD, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (fd < 0 || syscall(SYS_write, fd, line, (size_t)size) != size) abort();
  syscall(SYS_close, fd);
}

/// Counts the call; gives the error it is to fail with, or 0. `first`: set where it is the first that fails for good.
static int error_of(const char* kind, int at, const char* path, int* first) {
  const int before = errno;
  const char* const kinds = getenv("FAULT_CALLS");
  if (kinds == NULL || strstr(kinds, kind) == NULL || !is_the_program() || !is_under_folder(at, path)) {
    errno = before;
    return 0;
  }
  const int number = atomic_fetch_add(&count, 1) + 1;
  log_call(number, kind, path);
  errno = before;
  const char* const wanted = getenv("FAULT_AT");
  const char* const does = getenv("FAULT_DOES");
  if (wanted == NULL || does == NULL) return 0;
  const int for_good = getenv("FAULT_FOR_GOOD") != NULL;
  const int chosen = atoi(wanted);
  if (for_good ? number < chosen : number != chosen) return 0;
  if (strcmp(does, "kill") == 0) raise(SIGKILL);
  if (first != NULL) *first = for_good && number == chosen;
  return strcmp(does, "EIO") == 0 ? EIO : ENOSPC;
}

static int fails(const char* kind, int at, const char* path) {
  const int error = error_of(kind, at, path, NULL);
  if (error != 0) errno = error;
  return error != 0;
}

static int fails_at(const char* kind, int fd) {
  char path[PATH_MAX];
  path_of(fd, path);
  return fails(kind, AT_FDCWD, path);
}

/// How many of the bytes are to be written; -1 where the call fails.
static ssize_t share(int fd, size_t size) {
  char path[PATH_MAX];
  path_of(fd, path);
  int first = 0;
  const int error = error_of("write", AT_FDCWD, path, &first);
  if (error == 0) return (ssize_t)size;
  if (first && size > 1) return (ssize_t)(size / 2);
  errno = error;
  return -1;
}

#define REAL(name, ...)                                                \
  static __typeof__(name)* real;                                       \
  if (real == NULL) real = (__typeof__(name)*)dlsym(RTLD_NEXT, #name); \
  return real(__VA_ARGS__)

#define OPENS(name)                                                                  \
  int name(const char* path, int flags, ...) {                                       \
    va_list rest;                                                                    \
    va_start(rest, flags);                                                           \
    const mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0;  \
    va_end(rest);                                                                    \
    if ((flags & O_ACCMODE) != O_RDONLY && fails("open", AT_FDCWD, path)) return -1; \
    REAL(name, path, flags, mode);                                                   \
  }
OPENS(open)
OPENS(open64)

#define OPENS_AT(name)                                                              \
  int name(int at, const char* path, int flags, ...) {                              \
    va_list rest;                                                                   \
    va_start(rest, flags);                                                          \
    const mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
    va_end(rest);                                                                   \
    if ((flags & O_ACCMODE) != O_RDONLY && fails("open", at, path)) return -1;      \
    REAL(name, at, path, flags, mode);                                              \
  }
OPENS_AT(openat)
OPENS_AT(openat64)

#define OPENS_FILE(name)                                                            \
  FILE* name(const char* path, const char* mode) {                                  \
    if (strpbrk(mode, "wa+") != NULL && fails("open", AT_FDCWD, path)) return NULL; \
    REAL(name, path, mode);                                                         \
  }
OPENS_FILE(fopen)
OPENS_FILE(fopen64)

ssize_t write(int fd, const void* bytes, size_t size) {
  const ssize_t part = share(fd, size);
  if (part < 0) return -1;
  REAL(write, fd, bytes, (size_t)part);
}

#define WRITES_AT(name, offset_type)                                         \
  ssize_t name(int fd, const void* bytes, size_t size, offset_type offset) { \
    const ssize_t part = share(fd, size);                                    \
    if (part < 0) return -1;                                                 \
    REAL(name, fd, bytes, (size_t)part, offset);                             \
  }
WRITES_AT(pwrite, off_t)
WRITES_AT(pwrite64, off64_t)

ssize_t writev(int fd, const struct iovec* parts, int size) {
  if (fails_at("write", fd)) return -1;
  REAL(writev, fd, parts, size);
}

#define SYNCS(name)                      \
  int name(int fd) {                     \
    if (fails_at("sync", fd)) return -1; \
    REAL(name, fd);                      \
  }
SYNCS(fsync)
SYNCS(fdatasync)

int rename(const char* from, const char* to) {
  if (fails("rename", AT_FDCWD, to)) return -1;
  REAL(rename, from, to);
}

int renameat(int from_at, const char* from, int to_at, const char* to) {
  if (fails("rename", to_at, to)) return -1;
  REAL(renameat, from_at, from, to_at, to);
}

int renameat2(int from_at, const char* from, int to_at, const char* to, unsigned flags) {
  if (fails("rename", to_at, to)) return -1;
  REAL(renameat2, from_at, from, to_at, to, flags);
}

int mkdir(const char* path, mode_t mode) {
  if (fails("mkdir", AT_FDCWD, path)) return -1;
  REAL(mkdir, path, mode);
}

int mkdirat(int at, const char* path, mode_t mode) {
  if (fails("mkdir", at, path)) return -1;
  REAL(mkdirat, at, path, mode);
}
