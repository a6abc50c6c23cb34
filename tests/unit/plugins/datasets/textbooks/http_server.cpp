#include "http_server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace folio::textbooks {
namespace {

constexpr int kPollMs = 20;

bool readable(int fd) {
  pollfd waiting{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&waiting, 1, kPollMs) > 0;
}

}  // namespace

HttpServer::HttpServer(Handler handler) : handler_(std::move(handler)) {
  listener_ = FileDescriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof name;
  auto* generic = reinterpret_cast<sockaddr*>(&name);
  if (::bind(listener_.get(), generic, size) != 0 || ::listen(listener_.get(), 8) != 0 ||
      ::getsockname(listener_.get(), generic, &size) != 0) {
    throw std::runtime_error("no server on the loopback");
  }
  port_ = ntohs(name.sin_port);
  thread_ = std::thread([this] { serve(); });
}

HttpServer::~HttpServer() {
  stopping_ = true;
  thread_.join();
}

std::string HttpServer::address() const { return "http://127.0.0.1:" + std::to_string(port_); }

std::vector<std::string> HttpServer::requests() const {
  const std::lock_guard guard(mutex_);
  return requests_;
}

void HttpServer::serve() {
  while (!stopping_) {
    if (!readable(listener_.get())) continue;
    const FileDescriptor connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (connection) answer(connection.get());
  }
}

void HttpServer::answer(int connection) {
  std::string request;
  while (request.find("\r\n\r\n") == std::string::npos) {
    char buffer[4096];
    if (!readable(connection)) {
      if (stopping_) return;
      continue;
    }
    const ssize_t count = ::recv(connection, buffer, sizeof buffer, 0);
    if (count <= 0) return;
    request.append(buffer, static_cast<std::size_t>(count));
  }
  {
    const std::lock_guard guard(mutex_);
    requests_.push_back(request);
  }
  const Answer answer = handler_(request);
  std::string_view rest = answer.bytes;
  while (!rest.empty()) {
    const ssize_t count = ::send(connection, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (count <= 0) return;
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
  // A client that gives up closes its end, and then the next connection is served.
  while (answer.stall && !stopping_ && !readable(connection)) {
  }
}

std::string header(const std::string& request, const std::string& name) {
  const std::size_t at = request.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const std::size_t begin = at + name.size() + 4;
  return request.substr(begin, request.find("\r\n", begin) - begin);
}

std::string http_answer(const std::string& status, const std::string& headers, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n\r\n" + body;
}

}  // namespace folio::textbooks
