#include "serve/run_server.h"

#include <chrono>
#include <future>
#include <thread>
#include <utility>

#include "formats/versioned_json.h"
#include "serve/api.h"
#include "serve/run_watch.h"
#include "support/random_hex.h"

namespace folio::serve {
namespace {

constexpr int kTokenDigits = 32;
constexpr auto kLongestEnd = std::chrono::milliseconds(300);

std::string change_json(std::uint64_t version, const std::set<std::string>& changed) {
  std::string line = versioned_json({{"version", version}, {"changed", changed}});
  line.pop_back();  // its end
  return line;
}

}  // namespace

struct RunServer::Parts {
  explicit Parts(ServeOptions options)
      : server(options.host, options.port, random_hex(kTokenDigits), options.limits),
        stores(std::move(options.open_store)),
        watch(
            stores, std::move(options.runs_folder),
            [this](std::uint64_t version, const std::set<std::string>& changed) {
              server.publish("runs", change_json(version, changed));
            },
            [this] { return server.streams() > 0; }),
        api(stores, watch) {}

  ~Parts() { stop(); }

  /// The server first, which asks the others; what they then still answer, it drops.
  void stop() {
    server.stop();
    api.stop();
    watch.stop();
  }

  Server server;
  StorePool stores;
  RunWatch watch;
  Api api;
};

RunServer::RunServer(ServeOptions options) : parts_(std::make_unique<Parts>(std::move(options))) {
  parts_->watch.start();
  parts_->server.start(parts_->api);
}

RunServer::~RunServer() = default;

std::string RunServer::address() const { return parts_->server.guard().address(); }

const std::string& RunServer::token() const { return parts_->server.guard().token(); }

unsigned short RunServer::port() const { return parts_->server.port(); }

bool RunServer::stop() {
  std::promise<void> done;
  std::future<void> ended = done.get_future();
  std::thread([parts = parts_.get(), done = std::move(done)]() mutable {
    parts->stop();
    done.set_value();
  }).detach();
  return ended.wait_for(kLongestEnd) == std::future_status::ready;
}

}  // namespace folio::serve
