#include "textbooks/download.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <optional>
#include <thread>

#include "folio/error.h"
#include "support/files.h"
#include "support/human.h"
#include "terminal/progress_bar.h"

namespace folio::textbooks {
namespace {

namespace fs = std::filesystem;

/// The value if `line` is the header of that name, in letters of any case, without spaces and line end.
std::optional<std::string> header_value(std::string_view line, std::string_view name) {
  const bool same = line.size() > name.size() && curl_strnequal(line.data(), name.data(), name.size());
  if (!same || line[name.size()] != ':') return std::nullopt;
  line.remove_prefix(name.size() + 1);
  const std::size_t first = line.find_first_not_of(" \t");
  const std::size_t last = line.find_last_not_of(" \t\r\n");
  return first == line.npos ? std::string() : std::string(line.substr(first, last - first + 1));
}

/// When all has to be over.
class Deadline {
 public:
  explicit Deadline(std::chrono::milliseconds total) : total_(total), at_(Clock::now() + total) {}

  bool passed() const { return Clock::now() >= at_; }
  /// 1 ms at least: 0 means for ever to libcurl.
  std::chrono::milliseconds left() const {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(at_ - Clock::now());
    return std::max(left, std::chrono::milliseconds(1));
  }
  std::string text() const { return human_duration(std::chrono::duration<double>(total_).count()); }

 private:
  using Clock = std::chrono::steady_clock;
  std::chrono::milliseconds total_;
  Clock::time_point at_;
};

/// The headers of the answer that is coming in; after a redirect, those of the last.
struct Answer {
  long status = 0;
  std::string version;                  ///< what If-Range takes: a strong ETag, else the date of the last change
  std::optional<std::uint64_t> offset;  ///< of the first byte, in a partial answer
};

/// One file being brought to its `.part`, over one or more attempts.
class Transfer {
 public:
  Transfer(const std::string& address, const fs::path& part, const fs::path& version_file, const std::string& label,
           const DownloadLimits& limits, const Deadline& deadline)
      : address_(address),
        part_(part),
        version_file_(version_file),
        label_(label),
        limits_(limits),
        deadline_(deadline),
        bar_(STDERR_FILENO) {
    file_ = FileDescriptor(::open(part_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
    if (!file_) throw_errno(ErrorKind::run, part_, "cannot be created");
  }

  /// Returns when the whole file is on the disk.
  void run() {
    int attempt = 1;
    while (!attempt_once(attempt == limits_.attempts)) ++attempt;
    bar_.clear();
    if (::fsync(file_.get()) != 0) throw_errno(ErrorKind::run, part_, "cannot be flushed to disk");
  }

 private:
  using Handle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
  using Headers = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

  /// True when the file is whole, false when another attempt may bring the rest; throws when none would.
  bool attempt_once(bool last) {
    answer_ = {};
    received_ = 0;
    char reason[CURL_ERROR_SIZE] = "";  // it and the headers have to outlive the handle
    Headers headers(nullptr, curl_slist_free_all);
    const Handle handle(curl_easy_init(), curl_easy_cleanup);
    if (!handle) throw Error(ErrorKind::run, address_ + ": libcurl cannot be initialized");
    curl_easy_setopt(handle.get(), CURLOPT_ERRORBUFFER, reason);
    set_up(handle.get());
    ask_for_the_rest(handle.get(), headers);

    const CURLcode code = curl_easy_perform(handle.get());
    if (!problem_.empty()) throw Error(ErrorKind::run, address_ + ": " + problem_);
    if (code == CURLE_OK && (answer_.status == 200 || answer_.status == 206)) return true;
    if (answer_.status == 416 && offset_ > 0 && !last) {  // what we have is no beginning of what the server has
      start_over();
      return false;
    }
    if (code == CURLE_OK || code == CURLE_HTTP_RETURNED_ERROR)
      throw Error(ErrorKind::run, fmt::format("{}: the server answered {}", address_, answer_.status));
    // libcurl counts in whole milliseconds, and may give up a moment early.
    if (deadline_.passed() || (code == CURLE_OPERATION_TIMEDOUT && deadline_.left() < std::chrono::milliseconds(50))) {
      throw Error(ErrorKind::run, fmt::format("{}: the download took longer than {} in all, and {} had come; the next "
                                              "run goes on from there",
                                              address_, deadline_.text(), human_bytes(static_cast<double>(end_))));
    }
    if (received_ > 0 && !last) return false;
    throw Error(ErrorKind::run, fmt::format("{}: {}", address_, *reason ? reason : curl_easy_strerror(code)));
  }

  void set_up(CURL* handle) {
    curl_easy_setopt(handle, CURLOPT_URL, address_.c_str());
    curl_easy_setopt(handle, CURLOPT_USERAGENT, "Folio");
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(handle, CURLOPT_MAXREDIRS, 5L);
    curl_easy_setopt(handle, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, static_cast<long>(limits_.connect.count()));
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 100L);
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, static_cast<long>(limits_.stall.count()));
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(deadline_.left().count()));
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, this);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &Transfer::on_bytes);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, &Transfer::on_progress);
    curl_easy_setopt(handle, CURLOPT_XFERINFODATA, this);
    curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
  }

  /// Asks for what `.part` lacks, on condition that the server's file is still the one it began with.
  void ask_for_the_rest(CURL* handle, Headers& headers) {
    std::error_code error;
    const std::string version = fs::exists(version_file_, error) ? read_file(version_file_) : "";
    const std::uint64_t have = fs::file_size(part_, error);
    if (have > 0 && version.empty()) start_over();
    offset_ = version.empty() || error ? 0 : have;
    if (offset_ == 0) return;
    curl_easy_setopt(handle, CURLOPT_RANGE, fmt::format("{}-", offset_).c_str());
    headers.reset(curl_slist_append(nullptr, ("If-Range: " + version).c_str()));
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
  }

  /// Empties `.part`.
  void start_over() {
    offset_ = end_ = 0;
    std::error_code ignored;
    fs::remove(version_file_, ignored);
    if (::ftruncate(file_.get(), 0) != 0)
      problem_ = fmt::format("{}: cannot be emptied: {}", part_.string(), std::strerror(errno));
  }

  static std::size_t on_header(char* data, std::size_t, std::size_t count, void* self) {
    return static_cast<Transfer*>(self)->take_header({data, count}) ? count : CURL_WRITEFUNC_ERROR;
  }

  static std::size_t on_bytes(char* data, std::size_t, std::size_t count, void* self) {
    return static_cast<Transfer*>(self)->take_bytes({data, count}) ? count : CURL_WRITEFUNC_ERROR;
  }

  static int on_progress(void* self, curl_off_t total, curl_off_t, curl_off_t, curl_off_t) {
    static_cast<Transfer*>(self)->show_progress(static_cast<double>(total));
    return 0;
  }

  // Nothing may be thrown through libcurl: these return false and leave the reason in problem_.

  bool take_header(std::string_view line) {
    if (line.starts_with("HTTP/")) {
      answer_ = {};
      const std::size_t space = std::min(line.find(' '), line.size() - 1);
      std::from_chars(line.data() + space + 1, line.data() + line.size(), answer_.status);
    } else if (const auto tag = header_value(line, "etag"); tag && !tag->starts_with("W/")) {
      answer_.version = *tag;
    } else if (const auto date = header_value(line, "last-modified"); date && answer_.version.empty()) {
      answer_.version = *date;
    } else if (const auto range = header_value(line, "content-range")) {  // "bytes 100-199/200"
      const std::size_t digits = std::min(range->find_first_of("0123456789"), range->size());
      std::uint64_t first = 0;
      const auto end = range->data() + range->size();
      if (std::from_chars(range->data() + digits, end, first).ec == std::errc()) answer_.offset = first;
    } else if (line == "\r\n" || line == "\n") {
      return begin_body();
    }
    return true;
  }

  bool begin_body() {
    if (answer_.status == 206 && answer_.offset != offset_) {
      problem_ = "the server sent a different part of the file than was requested";
    } else if (answer_.status == 200) {  // the whole file: a first attempt, or the server has another version now
      start_over();
      save_version();
    }
    end_ = offset_;
    return problem_.empty();
  }

  void save_version() {
    if (answer_.version.empty()) return;
    try {
      write_file_atomically(version_file_, answer_.version);
    } catch (const Error& error) {
      problem_ = error.what();
    }
  }

  bool take_bytes(std::string_view bytes) {
    if (answer_.status != 200 && answer_.status != 206) return true;  // the page of a redirect that leads nowhere
    if (end_ + bytes.size() > limits_.bytes) {
      start_over();
      problem_ = fmt::format("it is larger than the limit of {}", human_bytes(static_cast<double>(limits_.bytes)));
      return false;
    }
    while (!bytes.empty()) {
      const ssize_t count = ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(end_));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) {
        problem_ = fmt::format("{}: cannot be written to: {}", part_.string(), std::strerror(errno));
        return false;
      }
      bytes.remove_prefix(static_cast<std::size_t>(count));
      end_ += static_cast<std::uint64_t>(count);
      received_ += static_cast<std::uint64_t>(count);
    }
    return true;
  }

  void show_progress(double total) {
    const double all = total + static_cast<double>(offset_);
    const double done = static_cast<double>(end_);
    if (total > 0) bar_.update(label_, done, all, fmt::format("{} of {}", human_bytes(done), human_bytes(all)));
  }

  const std::string& address_;
  const fs::path& part_;
  const fs::path& version_file_;
  const std::string& label_;
  const DownloadLimits& limits_;
  const Deadline& deadline_;
  ProgressBar bar_;
  FileDescriptor file_;
  Answer answer_;
  std::uint64_t offset_ = 0;    ///< where this attempt's bytes begin in the file
  std::uint64_t end_ = 0;       ///< where the next byte goes
  std::uint64_t received_ = 0;  ///< in this attempt
  std::string problem_;         ///< why a callback stopped the transfer
};

/// Waits until no other process holds the lock file, and holds it.
FileDescriptor lock(const fs::path& path, const Deadline& deadline) {
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (!file) throw_errno(ErrorKind::run, path, "cannot be created");
  while (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EINTR && errno != EWOULDBLOCK) throw_errno(ErrorKind::run, path, "cannot be locked");
    if (deadline.passed()) {
      throw Error(ErrorKind::run, fmt::format("{}: another process has been bringing this file for {}; wait for it, or "
                                              "end it",
                                              path.string(), deadline.text()));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return file;
}

void remove_all(std::initializer_list<fs::path> files) {
  std::error_code ignored;
  for (const fs::path& file : files) fs::remove(file, ignored);
}

}  // namespace

void download(const std::string& address, const fs::path& target, const std::string& label,
              const std::function<void(std::string_view contents)>& check, const DownloadLimits& limits) {
  const fs::path part = target.string() + ".part", version = part.string() + ".version";
  const fs::path lock_file = target.string() + ".lock";
  make_directories(target.parent_path());
  const Deadline deadline(limits.total);
  const FileDescriptor held = lock(lock_file, deadline);
  std::error_code error;
  if (!fs::exists(target, error)) {
    Transfer(address, part, version, label, limits, deadline).run();
    try {
      check(read_file(part));
    } catch (...) {
      remove_all({part, version});
      throw;
    }
    if (::rename(part.c_str(), target.c_str()) != 0) throw_errno(ErrorKind::run, target, "cannot be moved into place");
    sync_directory(target.parent_path());
  }
  // Only now: whoever still waits for the lock, or makes a new one, finds the target.
  remove_all({version, lock_file});
}

}  // namespace folio::textbooks
