#include "serve/http/connection.h"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <string_view>

#include "support/error.h"

namespace folio::serve {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr std::size_t kChunk = 64 << 10;
constexpr std::size_t kMostWaiting = 64;       // events for a client that does not take them
constexpr std::size_t kMostDrained = 1 << 20;  // bytes of a request that was answered before its end
constexpr int kDrainSeconds = 1;

std::string text_of(beast::string_view view) { return {view.data(), view.size()}; }

constexpr const char* kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The answer to what cannot be read as a request; none where nobody waits for one.
std::optional<Response> answer_to(const beast::error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow || error == beast::error::timeout)
    return error == beast::error::timeout
               ? std::nullopt  // by then the socket is closed
               : std::optional(error_response(431, "usage", "the headers are longer than this server reads"));
  if (error == http::error::body_limit)
    return error_response(400, "usage", "the body is longer than this server reads");
  if (error == http::error::end_of_stream || error == http::error::partial_message) return std::nullopt;
  if (error.category() == make_error_code(http::error::bad_method).category())
    return error_response(400, "usage", "this is no request of HTTP/1.1");
  return std::nullopt;
}

/// The reference to a connection that whoever answers holds, in any thread. However that one lets go of it, answering
/// or not, the connection ends in the network's thread, which alone may touch what connections share.
class AwaitsAnswer {
 public:
  AwaitsAnswer(std::shared_ptr<Connection> connection, asio::io_context& io)
      : connection_(std::move(connection)), io_(io) {}
  ~AwaitsAnswer() {
    if (connection_) asio::post(io_, [connection = std::move(connection_)] {});
  }
  AwaitsAnswer(const AwaitsAnswer&) = delete;
  AwaitsAnswer& operator=(const AwaitsAnswer&) = delete;

  /// Calls `work(connection)` in the network's thread; once.
  template <typename Work>
  void hand_back(Work work) {
    asio::post(io_, [connection = std::move(connection_), work = std::move(work)] { work(*connection); });
  }

 private:
  std::shared_ptr<Connection> connection_;
  asio::io_context& io_;
};

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, Shared& shared)
    : stream_(std::move(socket)), shared_(shared), buffer_(shared.limits.header_bytes + shared.limits.body_bytes) {
  ++shared_.connections;
  Error ignored;
  stream_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);  // else a body waits 40 ms for its header
}

Connection::~Connection() {
  --shared_.connections;
  if (shared_.streams.erase(this) > 0) shared_.stream_count = shared_.streams.size();
}

// A request. Waiting for one and reading one have each their own time, so that a client that sends a byte now and then
// holds nothing for long.

void Connection::await_request(bool first) {
  if (buffer_.size() > 0) return read_header();  // it was sent right behind the last
  stream_.expires_after(std::chrono::seconds(first ? shared_.limits.header_seconds : shared_.limits.idle_seconds));
  stream_.async_read_some(buffer_.prepare(1024), [self = shared_from_this()](Error error, std::size_t size) {
    if (error) return self->close();
    self->buffer_.commit(size);
    self->read_header();
  });
}

void Connection::read_header() {
  parser_.emplace();
  parser_->header_limit(shared_.limits.header_bytes);
  parser_->body_limit(shared_.limits.body_bytes);
  keep_alive_ = is_head_ = false;
  stream_.expires_after(std::chrono::seconds(shared_.limits.header_seconds));
  http::async_read_header(stream_, buffer_, *parser_,
                          [self = shared_from_this()](Error error, std::size_t) { self->on_header(error); });
}

Request Connection::request_so_far() const {
  const auto& message = parser_->get();
  const auto header = [&](http::field field) { return text_of(message[field]); };
  const auto named = [&](const char* name) { return text_of(message[name]); };
  Request request;
  request.method = text_of(message.method_string());
  request.target = parse_target({message.target().data(), message.target().size()});
  RequestHeaders& headers = request.headers;
  const auto [begin, end] = message.equal_range(http::field::host);
  for (auto host = begin; host != end; ++host) headers.host.push_back(text_of(host->value()));
  if (message.count(http::field::origin) > 0) headers.origin = header(http::field::origin);
  headers.fetch_site = named("Sec-Fetch-Site");
  headers.fetch_mode = named("Sec-Fetch-Mode");
  headers.authorization = header(http::field::authorization);
  headers.content_type = header(http::field::content_type);
  headers.accept_encoding = header(http::field::accept_encoding);
  headers.if_none_match = header(http::field::if_none_match);
  return request;
}

void Connection::on_header(Error error) {
  if (error) {
    auto answer = answer_to(error);
    return answer ? write(std::move(*answer)) : close();
  }
  is_head_ = parser_->get().method() == http::verb::head;
  try {
    const Request request = request_so_far();
    shared_.guard->check(request);
    const bool has_body = parser_->chunked() || parser_->content_length().value_or(0) > 0;
    if (has_body && request.method != "POST") throw HttpError(400, "GET and HEAD take no body");
    if (has_body) return read_body();
  } catch (const HttpError& refused) {
    return write(error_response(refused));
  }
  keep_alive_ = parser_->get().keep_alive();
  hand_over();
}

void Connection::read_body() {
  stream_.expires_after(std::chrono::seconds(shared_.limits.header_seconds));
  http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](Error error, std::size_t) {
    if (error) {
      auto answer = answer_to(error);
      return answer ? self->write(std::move(*answer)) : self->close();
    }
    self->keep_alive_ = self->parser_->get().keep_alive();
    self->hand_over();
  });
}

void Connection::hand_over() {
  try {
    Request request = request_so_far();
    request.body = std::move(parser_->get().body());
    // Whoever answers may do so from another thread, and after the server has stopped.
    const auto awaits = std::make_shared<AwaitsAnswer>(shared_from_this(), shared_.io);
    shared_.handler->answer(std::move(request), [awaits](Response response) {
      auto held = std::make_shared<Response>(std::move(response));
      awaits->hand_back([held](Connection& connection) { connection.write(std::move(*held)); });
    });
  } catch (const HttpError& refused) {
    write(error_response(refused));
  } catch (const std::exception& error) {
    write(error_response(500, "internal", plain_message(error)));
  }
}

// The answer.

http::response<http::empty_body> Connection::header_of(const Response& response) const {
  http::response<http::empty_body> header;
  header.version(11);
  header.result(static_cast<unsigned>(response.status));
  header.keep_alive(keep_alive_);
  header.set(http::field::content_type, response.type);
  header.set("X-Content-Type-Options", "nosniff");
  header.set("Referrer-Policy", "no-referrer");
  header.set("Cross-Origin-Resource-Policy", "same-origin");
  header.set("Content-Security-Policy", kPolicy);
  header.set(http::field::cache_control, "no-store");
  for (const auto& [name, value] : response.headers) header.set(name, value);
  return header;
}

void Connection::write(Response response) {
  if (response.stream) {
    if (shared_.streams.size() < shared_.limits.streams && !is_head_) return begin_stream(response);
    if (!is_head_) response = error_response(503, "run", "too many pages are listening already");
  }
  header_ = header_of(response);
  const std::uint64_t size = response.file ? response.file->size : response.body.size();
  if (response.status != 304) header_.content_length(size);
  stream_.expires_after(std::chrono::seconds(shared_.limits.idle_seconds));
  auto held = std::make_shared<Response>(std::move(response));
  header_writer_.emplace(header_);
  http::async_write_header(stream_, *header_writer_, [self = shared_from_this(), held](Error error, std::size_t) {
    if (error) return self->close();
    if (self->is_head_ || held->status == 304) return self->on_written(error);
    if (held->file) return self->write_file(std::make_shared<OpenFile>(std::move(*held->file)), 0);
    self->write_text(held->body, [self, held](Error failed) { self->on_written(failed); });
  });
}

/// Piece by piece, each of which has its own time. The text has to live until `then` is called, or destroyed.
void Connection::write_text(std::string_view text, std::function<void(Error)> then) {
  stream_.expires_after(std::chrono::seconds(shared_.limits.idle_seconds));
  asio::async_write(stream_, asio::buffer(text.data(), std::min(kChunk, text.size())),
                    [self = shared_from_this(), text, then = std::move(then)](Error error, std::size_t size) mutable {
                      text.remove_prefix(size);
                      if (error || text.empty()) return then(error);
                      self->write_text(text, std::move(then));
                    });
}

void Connection::write_file(std::shared_ptr<OpenFile> file, std::uint64_t offset) {
  if (offset == file->size) return on_written({});
  try {
    chunk_ = read_at(file->file, offset, static_cast<std::size_t>(std::min<std::uint64_t>(kChunk, file->size - offset)),
                     "file");
  } catch (const folio::Error&) {
    return close();  // the length was promised, so nothing else can be said
  }
  if (chunk_.empty()) return close();
  stream_.expires_after(std::chrono::seconds(shared_.limits.idle_seconds));
  asio::async_write(stream_, asio::buffer(chunk_),
                    [self = shared_from_this(), file, offset](Error error, std::size_t size) {
                      if (error) return self->close();
                      self->write_file(file, offset + size);
                    });
}

void Connection::on_written(Error error) {
  chunk_.clear();
  if (error) return close();
  if (keep_alive_) return await_request(/*first=*/false);
  // What of the request was not read would make the system take back the answer, if the socket were closed now.
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, error);
  chunk_.resize(4096);
  stream_.expires_after(std::chrono::seconds(kDrainSeconds));
  drain();
}

void Connection::drain() {
  stream_.async_read_some(asio::buffer(chunk_), [self = shared_from_this()](Error error, std::size_t size) {
    self->drained_ += size;
    if (error || self->drained_ > kMostDrained) return self->close();
    self->drain();
  });
}

void Connection::close() {
  if (shared_.streams.erase(this) > 0) shared_.stream_count = shared_.streams.size();
  stream_.close();
}

// A stream of events.

void Connection::begin_stream(const Response& response) {
  shared_.streams.insert(this);
  shared_.stream_count = shared_.streams.size();
  keep_alive_ = false;  // its end is that of the connection
  header_ = header_of(response);
  header_writer_.emplace(header_);
  stream_.expires_after(std::chrono::seconds(shared_.limits.idle_seconds));
  waiting_.push_back(response.body);
  http::async_write_header(stream_, *header_writer_, [self = shared_from_this()](Error error, std::size_t) {
    if (error) return self->close();
    self->await_end_of_stream();
    self->write_events();
  });
}

/// A client has nothing more to say here; what is read is its end.
void Connection::await_end_of_stream() {
  stream_.expires_never();
  chunk_.resize(256);
  stream_.async_read_some(asio::buffer(chunk_), [self = shared_from_this()](Error, std::size_t) { self->close(); });
}

void Connection::send_event(const std::string& text) {
  if (waiting_.size() >= kMostWaiting) return close();
  waiting_.push_back(text);
  if (waiting_.size() == 1) write_events();
}

void Connection::write_events() {
  if (!stream_.socket().is_open()) return;
  write_text(waiting_.front(), [self = shared_from_this()](Error error) {  // its time is not that of the read under way
    if (error) return self->close();
    self->waiting_.pop_front();
    if (!self->waiting_.empty()) self->write_events();
  });
}

}  // namespace folio::serve
