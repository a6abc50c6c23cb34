#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "serve/http/target.h"
#include "support/files.h"

/// What goes over the wire, without saying how.
namespace folio::serve {

/// The headers that anything here asks for; empty where there is none.
struct RequestHeaders {
  std::vector<std::string> host;  ///< one that is sent twice is refused
  std::optional<std::string> origin;
  std::string fetch_site, fetch_mode;
  std::string authorization;
  std::string content_type;
  std::string accept_encoding;
  std::string if_none_match;
};

struct Request {
  std::string method;
  Target target;
  RequestHeaders headers;
  std::string body;
};

/// A regular file that is open, and how much of it is sent.
struct OpenFile {
  FileDescriptor file;
  std::uint64_t size = 0;
};

struct Response {
  int status = 200;
  std::string type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  ///< beside those that every answer has
  std::optional<OpenFile> file;                              ///< sent in place of the body
  bool stream = false;  ///< the connection stays open for events (Server::publish()); the body is the first one
};

/// A request that is refused: the status, and the words for whoever sent it. The kind is one of docs/json.md.
class HttpError : public std::runtime_error {
 public:
  HttpError(int status, const std::string& message, std::string kind = "usage")
      : std::runtime_error(message), status_(status), kind_(std::move(kind)) {}

  /// A method that is not allowed: the status 405, and which are.
  static HttpError method(const std::string& message, std::string allowed) {
    HttpError error(405, message);
    error.allowed_ = std::move(allowed);
    return error;
  }

  int status() const { return status_; }
  const std::string& kind() const { return kind_; }
  const std::string& allowed() const { return allowed_; }

 private:
  int status_;
  std::string kind_;
  std::string allowed_;  // methods, of the status 405
};

/// {"error": {"kind", "message"}, "schema_version"}.
Response error_response(int status, std::string_view kind, const std::string& message);
Response error_response(const HttpError& error);

/// Answers requests. answer() is called on the network's thread and must not wait; `done` may be called on any thread,
/// once. An HttpError that is thrown is the answer.
class Handler {
 public:
  using Done = std::function<void(Response)>;

  virtual ~Handler() = default;
  virtual void answer(Request request, Done done) = 0;
};

}  // namespace folio::serve
