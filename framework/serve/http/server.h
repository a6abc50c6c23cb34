#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "serve/http/guard.h"
#include "serve/http/message.h"

namespace folio::serve {

/// What one client may take of the server, and all of them together.
struct Limits {
  std::size_t connections = 256;
  std::size_t streams = 32;
  std::uint32_t header_bytes = 16 << 10;
  std::size_t body_bytes = 16 << 10;
  int header_seconds = 10;  ///< for the header, and again for the body
  int idle_seconds = 30;    ///< between two requests, and in which something has to be taken of an answer
  int heartbeat_seconds = 15;
};

/// Takes connections and hands their requests over, in one thread of its own. Beyond the limits it answers 431, 503 or
/// closes; what the guard refuses never reaches the handler.
class Server {
 public:
  /// Listens at once. `port` 0 is a free one. Throws Error (usage) naming the address where it is taken, may not be
  /// used, or is not this machine's.
  Server(const std::string& host, unsigned short port, const std::string& token, Limits limits = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  const Guard& guard() const;
  unsigned short port() const;

  /// Begins to answer. The handler must outlive the server.
  void start(Handler& handler);

  /// Ends all connections, and returns when nothing more will be asked of the handler.
  void stop();

  /// Sends an event to all streams: {"version":7}, say, as the event "runs". One that cannot take it is closed. Any
  /// thread may call it.
  void publish(const std::string& event, const std::string& data);

  /// How many streams are open. Any thread may ask.
  std::size_t streams() const;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

/// An event as the format text/event-stream has it; `data` is one line.
std::string event_text(const std::string& event, const std::string& data);

}  // namespace folio::serve
