#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/files.h"

namespace folio::textbooks {

/// A server on 127.0.0.1 that answers each request with what a function gives back: one connection at a time, closed
/// after the answer. So an answer that is shorter than its Content-Length is a cut connection.
class HttpServer {
 public:
  struct Answer {
    std::string bytes;   ///< status line, headers and body, sent as they are
    bool stall = false;  ///< then leave the connection open and silent until the server ends
  };
  /// Called on the server's thread with the request's lines.
  using Handler = std::function<Answer(const std::string& request)>;

  explicit HttpServer(Handler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// "http://127.0.0.1:40123".
  std::string address() const;

  std::vector<std::string> requests() const;

 private:
  void serve();
  void answer(int connection);

  Handler handler_;
  FileDescriptor listener_;
  int port_ = 0;
  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

/// The value of a request's header; empty where it has none.
std::string header(const std::string& request, const std::string& name);

/// An answer with the status ("200 OK"), headers (each ended with CRLF) and a Content-Length.
std::string http_answer(const std::string& status, const std::string& headers, const std::string& body);

}  // namespace folio::textbooks
