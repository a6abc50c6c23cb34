#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "results/store/server.h"
#include "support/error.h"

namespace folio::results {
namespace {

/// "postgresql://ann:secret@db/folio" -> "postgresql://ann@db/folio", and no password among the parameters.
std::string without_password(std::string url) {
  const std::size_t user = url.find("://");
  const std::size_t at = url.find('@', user);
  if (user != std::string::npos && at != std::string::npos && at < url.find('/', user + 3)) {
    const std::size_t colon = url.find(':', user + 3);
    if (colon < at) url.erase(colon, at - colon);
  }
  const std::size_t parameter = url.find("password=");
  if (parameter != std::string::npos) url.erase(parameter, url.find('&', parameter) - parameter);
  return url;
}

/// The address with settings for which libpq's own defaults would let a command wait without end when the network is
/// cut. What the address says itself stays.
std::string with_defaults(std::string url) {
  for (const char* setting : {"connect_timeout=10", "tcp_user_timeout=30000", "application_name=folio"}) {
    const std::string_view name(setting, std::string_view(setting).find('=') + 1);
    if (url.find(name) == std::string::npos)
      url += (url.find('?') == std::string::npos ? '?' : '&') + std::string(setting);
  }
  return url;
}

/// What the server, or the library that speaks to it, said, on one line.
std::string one_line(std::string text) {
  std::string line;
  for (const char c : text) {
    if (std::isspace(static_cast<unsigned char>(c)) == 0) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

class PostgresqlServer : public Server {
 public:
  explicit PostgresqlServer(std::string url) : url_(std::move(url)) {}

  std::string name() const override { return without_password(url_); }

  void connect(soci::session& session) const override {
    // Named instead of linked: SOCI then loads the backend when it is asked for, and a runner that uses SQLite starts
    // in half the time.
    session.open("postgresql", with_defaults(url_));
    // A client that is cut off within a transaction holds its locks until the server ends it.
    session << fmt::format(
        "SELECT set_config('search_path', 'folio', false), set_config('lock_timeout', '{}s', false), "
        "set_config('idle_in_transaction_session_timeout', '60s', false), "
        "set_config('client_min_messages', 'warning', false)",
        kLockSeconds);
  }

  std::string explain(const soci::soci_error& error) const override {
    const std::string message = one_line(error.get_error_message());
    if (message.find("Failed to find shared library for backend") != std::string::npos) {
      return "cannot be reached: SOCI's library for PostgreSQL is not installed (Debian's libsoci-postgresql4.0)";
    }
    if (message.find("lock timeout") != std::string::npos) {
      return fmt::format("is locked by another process, still after {} seconds", kLockSeconds);
    }
    return message;
  }

 private:
  std::string url_;
};

}  // namespace

void require_postgresql_url(const std::string& url) {
  if (url.starts_with("postgresql://") || url.starts_with("postgres://")) return;
  throw Error(ErrorKind::usage, fmt::format("the store '{}' is no address of a PostgreSQL server: expected "
                                            "postgresql://USER@HOST:PORT/DATABASE",
                                            without_password(url)));
}

std::unique_ptr<const Server> postgresql_server(std::string url) {
  require_postgresql_url(url);
  return std::make_unique<PostgresqlServer>(std::move(url));
}

bool speaks_postgresql(const soci::session& session) { return session.get_backend_name() == "postgresql"; }

}  // namespace folio::results
