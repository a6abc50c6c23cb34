#include "serve/http/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "support/error.h"

using namespace folio::serve;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t kLarge = 32 << 20;  // bytes, of which the system keeps a part for who reads slowly

/// Answers with the path and the body; "/stream" is a stream, "/fault" fails, "/later" is answered by another thread,
/// as is "/held", which keeps what it answered with until let_go(); "/dropped" is never answered, by another thread.
/// The answer to "/large" is long.
class Echo : public Handler {
 public:
  ~Echo() override { end(); }

  void let_go() { let_go_ = true; }

  /// Returns when nothing is at work any more.
  void end() {
    let_go();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  void answer(Request request, Done done) override {
    const std::string path = request.target.path.empty() ? "" : request.target.path.front();
    if (path == "fault") throw std::runtime_error("a fault of ours");
    if (path == "refuse") throw HttpError(404, "nothing there");
    Response response;
    response.body = path + "|" + request.body;
    if (path == "large") response.body = std::string(kLarge, 'x');
    if (path == "stream") {
      response.stream = true;
      response.type = "text/event-stream";
      response.body = event_text("runs", "first");
    }
    if (path != "later" && path != "held" && path != "dropped") return done(std::move(response));
    threads_.emplace_back([this, path, done = std::move(done), later = std::move(response)]() mutable {
      if (path == "later") std::this_thread::sleep_for(std::chrono::milliseconds(30));
      if (path != "dropped") done(std::move(later));
      while (path == "held" && !let_go_) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    });
  }

 private:
  std::atomic<bool> let_go_ = false;
  std::vector<std::thread> threads_;
};

/// A server with short times, and who asks it.
struct Served {
  explicit Served(Limits limits = {}) : server("127.0.0.1", 0, "secret", quick(limits)) { server.start(echo); }
  ~Served() {
    server.stop();
    echo.end();  // which may still answer
  }

  static Limits quick(Limits limits) {
    limits.header_seconds = limits.idle_seconds = limits.heartbeat_seconds = 1;
    return limits;
  }

  folio::FileDescriptor connect() const {
    folio::FileDescriptor socket(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server.port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
    return socket;
  }

  std::string request(const std::string& target, const std::string& more = "",
                      const std::string& method = "GET") const {
    return method + " " + target + " HTTP/1.1\r\nHost: localhost:" + std::to_string(server.port()) + "\r\n" + more +
           "\r\n";
  }

  /// All that comes until the server closes, or this text has come.
  static std::string read(const folio::FileDescriptor& socket, const std::string& until = "", int seconds = 5) {
    std::string text;
    const auto end = Clock::now() + std::chrono::seconds(seconds);
    while (until.empty() || text.find(until) == std::string::npos) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
      pollfd waiting{socket.get(), POLLIN, 0};
      if (left <= 0 || ::poll(&waiting, 1, static_cast<int>(left)) <= 0) return text + "(timed out)";
      char buffer[4096];
      const ssize_t count = ::recv(socket.get(), buffer, sizeof(buffer), 0);
      if (count <= 0) return text + "(closed)";
      text.append(buffer, static_cast<std::size_t>(count));
    }
    return text;
  }

  std::string ask(const std::string& bytes, const std::string& until = "") const {
    const folio::FileDescriptor socket = connect();
    ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    return read(socket, until);
  }

  Echo echo;
  Server server;
};

bool begins(const std::string& text, const std::string& status) { return text.starts_with("HTTP/1.1 " + status); }

}  // namespace

TEST_CASE("server answers requests on one connection, in order") {
  const Served served;
  const folio::FileDescriptor socket = served.connect();
  for (const char* path : {"one", "later", "two"}) {
    const std::string bytes = served.request(std::string("/") + path);
    ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    CHECK(Served::read(socket, std::string(path) + "|").ends_with(std::string(path) + "|"));
  }
  const std::string all = served.ask(served.request("/later") + served.request("/refuse") +
                                     served.request("/last", "Connection: close\r\n"));
  CHECK(all.find("later|") < all.find("404 Not Found"));
  CHECK(all.find("404 Not Found") < all.find("last|"));
  CHECK(all.ends_with("last|(closed)"));
  CHECK(served.ask(served.request("/x", "Connection: close\r\n", "HEAD")).ends_with("\r\n\r\n(closed)"));
  CHECK(begins(served.ask(served.request("/fault", "Connection: close\r\n")), "500"));
}

TEST_CASE("server refuses what is too long, forged or no HTTP, and closes") {
  const Served served;
  CHECK(begins(served.ask(served.request("/", "X: " + std::string(17'000, 'a') + "\r\n")), "431"));
  CHECK(begins(served.ask("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"), "403"));
  CHECK(begins(served.ask("nonsense\r\n\r\n"), "400"));
  CHECK(begins(served.ask(served.request("/", "", "DELETE")), "405"));
  CHECK(served.ask(served.request("/", "", "DELETE")).find("Allow: GET, HEAD") != std::string::npos);
  CHECK(begins(served.ask(served.request("/", "Content-Length: 2\r\n") + "{}"), "400"));
  const std::string label = "/api/runs/a/labels",
                    json = "Content-Type: application/json\r\nAuthorization: Bearer secret\r\n";
  CHECK(begins(served.ask(served.request(label, json + "Content-Length: 2\r\n", "POST") + "{}", "api|{}"), "200"));
  CHECK(begins(served.ask(served.request(label, json + "Content-Length: 20000\r\n", "POST")), "400"));
}

TEST_CASE("server takes the longest address that a chart of 200 runs has") {
  const Served served;
  std::string target = "/x?metric=training.some_long_metric&x=tokens&smoothing=0.6", after = "&after=";
  for (int i = 0; i < 200; ++i) {
    const std::string run = "0123abcd";
    target += "&run=" + run;
    after += (i == 0 ? "" : "%2C") + run + "%3A" + "9007199254740992";
  }
  CHECK(target.size() + after.size() > 8000);
  CHECK(begins(served.ask(served.request(target + after, "X: " + std::string(2000, 'a') + "\r\n"), "x|"), "200"));
}

TEST_CASE("server closes on clients that do not go on") {
  const Served served;
  for (const std::string& bytes : {std::string(), std::string("GET / HT"), served.request("/").substr(0, 30)}) {
    const auto begun = Clock::now();
    CHECK(served.ask(bytes).ends_with("(closed)"));
    CHECK(Clock::now() - begun < std::chrono::seconds(4));
  }
  // A byte now and then makes no difference.
  const folio::FileDescriptor socket = served.connect();
  const auto begun = Clock::now();
  std::string received;
  while (received.empty() && Clock::now() - begun < std::chrono::seconds(5)) {
    ::send(socket.get(), "G", 1, MSG_NOSIGNAL);
    pollfd waiting{socket.get(), POLLIN, 0};
    if (::poll(&waiting, 1, 100) > 0) received = Served::read(socket);
  }
  CHECK(Clock::now() - begun < std::chrono::seconds(4));
}

TEST_CASE("server goes on for a client that takes something all the time") {
  const Served served;
  const folio::FileDescriptor socket = served.connect();
  const std::string bytes = served.request("/large", "Connection: close\r\n");
  ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  std::size_t received = 0;
  std::vector<char> buffer(64 << 10);
  for (const auto begun = Clock::now();;) {
    // As fast as takes one and a half seconds, which is longer than the server waits for a client that takes nothing.
    const auto passed = std::chrono::duration<double>(Clock::now() - begun).count();
    if (static_cast<double>(received) > passed / 1.5 * kLarge) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      continue;
    }
    const ssize_t count = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
    if (count <= 0) break;
    received += static_cast<std::size_t>(count);
  }
  CHECK(received > kLarge);
}

TEST_CASE("server turns away whom it has no room for") {
  Limits limits;
  limits.connections = 3;
  const Served served(limits);
  std::vector<folio::FileDescriptor> held;
  for (int i = 0; i < 3; ++i) held.push_back(served.connect());
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  CHECK(begins(Served::read(served.connect()), "503"));
  held.clear();
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  CHECK(begins(served.ask(served.request("/", "Connection: close\r\n")), "200"));
}

TEST_CASE("server ends a connection by itself, whoever still holds what it was answered with") {
  Limits limits;
  limits.connections = 1;
  const Served served(limits);
  // The answering thread holds on; were the connection a part of that, it would end in that thread, and only then.
  CHECK(served.ask(served.request("/held", "Connection: close\r\n")).ends_with("held|(closed)"));
  std::string next;
  for (int i = 0; i < 50 && !begins(next, "200"); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    next = served.ask(served.request("/next", "Connection: close\r\n"));
  }
  CHECK(next.ends_with("next|(closed)"));
  CHECK(served.ask(served.request("/dropped")).ends_with("(closed)"));
}

// For a build that watches threads.
TEST_CASE("server is left at any time, while other threads answer") {
  Served served;
  served.echo.let_go();
  for (int i = 0; i < 100; ++i) {
    const std::string bytes = served.request(i % 3 == 0 ? "/dropped" : "/held", "Connection: close\r\n");
    const folio::FileDescriptor socket = served.connect();
    ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (i % 2 == 0) Served::read(socket, "|");
  }
  CHECK(served.ask(served.request("/next"), "next|").ends_with("next|"));
}

TEST_CASE("server sends events to its streams, and none to those that are full") {
  Limits limits;
  limits.streams = 2;
  Served served(limits);
  std::vector<folio::FileDescriptor> streams;
  const std::string bytes = served.request("/stream");
  for (int i = 0; i < 2; ++i) {
    streams.push_back(served.connect());
    ::send(streams.back().get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    CHECK(begins(Served::read(streams.back(), "data: first\n\n"), "200"));
  }
  CHECK(served.server.streams() == 2);
  CHECK(begins(served.ask(bytes, "schema_version"), "503"));
  served.server.publish("runs", "{\"version\":2}");
  for (const folio::FileDescriptor& stream : streams)
    CHECK(Served::read(stream, "\n\n").find("event: runs\ndata: {\"version\":2}\n\n") != std::string::npos);
  CHECK(Served::read(streams[0], ": still here\n\n").ends_with("still here\n\n"));
  streams.pop_back();
  for (int i = 0; i < 50 && served.server.streams() != 1; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(served.server.streams() == 1);
  // One that takes nothing is let go.
  for (int i = 0; i < 400; ++i) served.server.publish("runs", std::string(100'000, 'x'));
  for (int i = 0; i < 200 && served.server.streams() != 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(served.server.streams() == 0);
}

TEST_CASE("server names the port that it cannot have") {
  const Served served;
  const auto message = [&](const std::string& host, unsigned short port) -> std::string {
    try {
      const Server other(host, port, "secret");
      return "no error";
    } catch (const folio::Error& error) {
      CHECK(error.kind() == folio::ErrorKind::usage);
      return error.what();
    }
  };
  const std::string taken = message("127.0.0.1", served.server.port());
  CHECK(taken.find("port " + std::to_string(served.server.port()) + " of 127.0.0.1") != std::string::npos);
  CHECK(taken.find("--port 0") != std::string::npos);
  CHECK(message("192.0.2.1", 0).find("192.0.2.1") != std::string::npos);
}
