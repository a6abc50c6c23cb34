#include "serve/http/server.h"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <thread>

#include "serve/http/connection.h"
#include "support/error.h"
#include "support/stop_signals.h"

namespace folio::serve {
namespace {

using boost::asio::ip::tcp;
using ErrorCode = boost::system::error_code;

constexpr std::string_view kBusy =
    "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\nRetry-After: 1\r\n\r\n";

tcp::endpoint endpoint_of(boost::asio::io_context& io, const std::string& host, unsigned short port) {
  ErrorCode error;
  const auto address = boost::asio::ip::make_address(host, error);
  if (!error) return {address, port};
  if (host.empty()) throw Error(ErrorKind::usage, "--host is empty: expected an address of this machine, as 127.0.0.1");
  tcp::resolver resolver(io);
  const auto found = resolver.resolve(host, std::to_string(port), error);
  if (error || found.empty())
    throw Error(ErrorKind::usage, fmt::format("--host {}: this is neither an address nor a name that leads to one: {}",
                                              host, error.message()));
  return *found.begin();
}

[[noreturn]] void throw_cannot_listen(const std::string& host, unsigned short port, const ErrorCode& error) {
  std::string advice = "expected an address of this machine, as 127.0.0.1";
  if (error == boost::asio::error::address_in_use)
    advice = "another program, maybe another 'runner serve', listens there; --port 0 takes a free port";
  if (error == boost::asio::error::access_denied)
    advice = "ports below 1024 are the system's; --port 0 takes a free one";
  throw Error(ErrorKind::usage,
              fmt::format("port {} of {} cannot be listened on: {}: {}", port, host, error.message(), advice));
}

}  // namespace

struct Server::Implementation {
  explicit Implementation(Limits limits) : acceptor(shared.io), retry(shared.io), heartbeat(shared.io) {
    shared.limits = limits;
  }

  void listen(const std::string& host, unsigned short port) {
    const tcp::endpoint endpoint = endpoint_of(shared.io, host, port);
    ErrorCode error;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(boost::asio::socket_base::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(boost::asio::socket_base::max_listen_connections, error);
    if (error) throw_cannot_listen(host, port, error);
  }

  void accept() {
    acceptor.async_accept([this](ErrorCode error, tcp::socket socket) {
      if (error == boost::asio::error::operation_aborted) return;
      if (error) return accept_later();
      if (shared.connections < shared.limits.connections)
        std::make_shared<Connection>(std::move(socket), shared)->start();
      else
        turn_away(std::move(socket));
      accept();
    });
  }

  /// Such as where the process has no descriptors left.
  void accept_later() {
    retry.expires_after(std::chrono::milliseconds(100));
    retry.async_wait([this](ErrorCode error) {
      if (!error) accept();
    });
  }

  static void turn_away(tcp::socket socket) {
    ErrorCode ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(boost::asio::buffer(kBusy), ignored);
    socket.shutdown(tcp::socket::shutdown_both, ignored);
  }

  void send(const std::string& text) {
    const std::set<Connection*> streams = shared.streams;  // one that is closed leaves the set
    for (Connection* const stream : streams)
      if (shared.streams.contains(stream)) stream->send_event(text);
  }

  void beat() {
    heartbeat.expires_after(std::chrono::seconds(shared.limits.heartbeat_seconds));
    heartbeat.async_wait([this](ErrorCode error) {
      if (error) return;
      send(": still here\n\n");
      beat();
    });
  }

  Shared shared;
  tcp::acceptor acceptor;
  boost::asio::steady_timer retry, heartbeat;
  std::optional<Guard> guard;
  std::thread thread;
};

Server::Server(const std::string& host, unsigned short port, const std::string& token, Limits limits)
    : implementation_(std::make_unique<Implementation>(limits)) {
  implementation_->listen(host, port);
  const auto address = implementation_->acceptor.local_endpoint().address();
  implementation_->guard.emplace(host, this->port(), address.is_loopback(), address.is_unspecified(), token);
  implementation_->shared.guard = &*implementation_->guard;
}

Server::~Server() { stop(); }

const Guard& Server::guard() const { return *implementation_->guard; }

unsigned short Server::port() const { return implementation_->acceptor.local_endpoint().port(); }

void Server::start(Handler& handler) {
  implementation_->shared.handler = &handler;
  implementation_->accept();
  implementation_->beat();
  implementation_->thread = std::thread([this] {
    block_signals_in_this_thread();
    implementation_->shared.io.run();
  });
}

void Server::stop() {
  implementation_->shared.io.stop();
  if (implementation_->thread.joinable()) implementation_->thread.join();
}

void Server::publish(const std::string& event, const std::string& data) {
  boost::asio::post(implementation_->shared.io,
                    [this, text = event_text(event, data)] { implementation_->send(text); });
}

std::size_t Server::streams() const { return implementation_->shared.stream_count; }

std::string event_text(const std::string& event, const std::string& data) {
  return "event: " + event + "\ndata: " + data + "\n\n";
}

}  // namespace folio::serve
