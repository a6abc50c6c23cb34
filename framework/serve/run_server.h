#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "runs/store/store.h"
#include "serve/http/server.h"

namespace folio::serve {

struct ServeOptions {
  std::string host = "127.0.0.1";
  unsigned short port = 8470;  ///< 0: a free one
  std::filesystem::path runs_folder;
  std::function<runs::Store()> open_store;  ///< as it is, without bringing it up to date; called by several threads
  Limits limits{};
};

/// The page over a store, with its server. It answers while it lives.
class RunServer {
 public:
  /// Throws as Server and Store do.
  explicit RunServer(ServeOptions options);
  ~RunServer();

  std::string address() const;
  const std::string& token() const;
  unsigned short port() const;

  /// Ends all that is under way; false where some of it goes on after a moment, whose end is not waited for: then the
  /// object must not be destroyed, but the process may end.
  bool stop();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace folio::serve
