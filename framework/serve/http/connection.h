#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string_view>

#include "serve/http/server.h"

namespace folio::serve {

class Connection;

/// What the connections share. Used by the network's thread alone, but for what says otherwise.
struct Shared {
  const Guard* guard = nullptr;
  Handler* handler = nullptr;
  Limits limits;
  std::size_t connections = 0;
  std::set<Connection*> streams;
  std::atomic<std::size_t> stream_count = 0;  ///< others may read it
  boost::asio::io_context io{1};              ///< others may post to it; last, since its end is that of connections
};

/// One client: its requests one after another, the answer to each, and then maybe a stream of events. It lives as long
/// as something is awaited on it.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(boost::asio::ip::tcp::socket socket, Shared& shared);
  ~Connection();

  void start() { await_request(/*first=*/true); }

  /// Of a stream: sends the text after those that are under way; closes it where too much waits already.
  void send_event(const std::string& text);

 private:
  using Error = boost::beast::error_code;
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  void await_request(bool first);
  void read_header();
  void on_header(Error error);
  void read_body();
  void hand_over();
  Request request_so_far() const;

  void write(Response response);
  void write_text(std::string_view text, std::function<void(Error)> then);
  void write_file(std::shared_ptr<OpenFile> file, std::uint64_t offset);
  void on_written(Error error);
  boost::beast::http::response<boost::beast::http::empty_body> header_of(const Response& response) const;

  void begin_stream(const Response& response);
  void await_end_of_stream();
  void write_events();
  void close();
  void drain();

  boost::beast::tcp_stream stream_;
  Shared& shared_;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  bool keep_alive_ = false;
  bool is_head_ = false;
  std::size_t drained_ = 0;
  boost::beast::http::response<boost::beast::http::empty_body> header_;
  std::optional<boost::beast::http::response_serializer<boost::beast::http::empty_body>> header_writer_;
  std::string chunk_;                // of a file, or what is thrown away at the end
  std::deque<std::string> waiting_;  // events; the first is on its way
};

}  // namespace folio::serve
