#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <vector>

#include "runs/store/server.h"
#include "support/error.h"
#include "support/passwords.h"

namespace folio::runs {
namespace {

/// Where the "@" behind user and password is, if there is one: the last, since a password that was not encoded may hold
/// any of "@", "/" and "?" itself. One in a parameter (?user=ann@server) is none.
std::size_t user_end(const std::string& url) {
  const std::size_t at = url.rfind('@');
  const std::size_t query = url.find('?');
  const bool in_parameter = at != std::string::npos && query < at && url.find('=', query) < at;
  return in_parameter ? url.rfind('@', query) : at;
}

/// Where the host begins.
std::size_t behind_user(const std::string& url) {
  const std::size_t at = user_end(url);
  return at == std::string::npos ? url.find("://") + 3 : at + 1;
}

/// "postgresql://ann:secret@db/folio?password=secret" -> "postgresql://ann@db/folio".
std::string without_password(const std::string& url) {
  const std::size_t begin = url.find("://") + 3;
  const std::size_t end = behind_user(url);
  std::string user = url.substr(begin, end - begin);
  if (const std::size_t colon = user.find(':'); colon != std::string::npos) user = user.substr(0, colon) + "@";
  const std::string rest = url.substr(end);
  const std::size_t query = rest.find('?');
  std::string text = url.substr(0, begin) + user + rest.substr(0, query);
  char separator = '?';
  for (std::size_t at = query; at != std::string::npos;) {
    const std::size_t next = rest.find('&', at + 1);
    const std::string parameter = rest.substr(at + 1, next == std::string::npos ? next : next - at - 1);
    at = next;
    if (parameter.substr(0, parameter.find('=')).find("pass") != std::string::npos) continue;
    text += separator + parameter;
    separator = '&';
  }
  return text;
}

/// The addresses of the servers, "db:5432" or several with commas between, whose ports are to be numbers.
bool has_sound_hosts(const std::string& url) {
  const std::size_t begin = behind_user(url);
  const std::string hosts = url.substr(begin, url.find_first_of("/?", begin) - begin);
  if (std::any_of(hosts.begin(), hosts.end(), [](unsigned char c) { return c <= ' ' || c == '"'; })) return false;
  for (std::size_t at = 0; at <= hosts.size();) {
    const std::size_t end = std::min(hosts.find(',', at), hosts.size());
    const std::string host = hosts.substr(at, end - at);
    const std::size_t bracket = host.rfind(']');  // of [::1]
    const std::size_t colon = host.find(':', bracket == std::string::npos ? 0 : bracket);
    if (colon != std::string::npos && host.find_first_not_of("0123456789", colon + 1) != std::string::npos)
      return false;
    at = end + 1;
  }
  return true;
}

/// The address with what stands raw in the password written as an address has it: "p/w" as "p%2Fw".
std::string with_encoded_password(const std::string& url) {
  const std::size_t end = user_end(url);
  const std::size_t colon = url.find(':', url.find("://") + 3);
  if (end == std::string::npos || colon > end) return url;
  std::string encoded = url.substr(0, colon + 1);
  for (std::size_t i = colon + 1; i < end; ++i) {
    const auto is_digit = [&](std::size_t at) { return std::isxdigit(static_cast<unsigned char>(url[at])) != 0; };
    const bool is_code = url[i] == '%' && i + 2 < end && is_digit(i + 1) && is_digit(i + 2);
    const bool is_plain = std::isalnum(static_cast<unsigned char>(url[i])) != 0 || is_code;
    encoded += is_plain ? std::string(1, url[i]) : fmt::format("%{:02X}", static_cast<unsigned char>(url[i]));
  }
  return encoded + url.substr(end);
}

/// The address with settings for which libpq's own defaults would let a command wait for hours when the network is cut.
/// What the address says itself stays.
std::string with_defaults(const std::string& url) {
  std::string result = with_encoded_password(url);
  const std::size_t behind = behind_user(result);
  for (const std::string setting : {"connect_timeout=10", "keepalives_idle=10", "keepalives_interval=5",
                                    "keepalives_count=3", "tcp_user_timeout=30000", "application_name=folio"}) {
    const std::size_t query = result.find('?', behind);
    const std::string name = setting.substr(0, setting.find('=') + 1);
    const bool given = query != std::string::npos && (result.find('?' + name, query) != std::string::npos ||
                                                      result.find('&' + name, query) != std::string::npos);
    if (!given) result += (query == std::string::npos ? '?' : '&') + setting;
  }
  return result;
}

/// What the server, or the library that speaks to it, said, on one line.
std::string one_line(std::string text) {
  std::string line;
  for (const char c : text)
    if (std::isspace(static_cast<unsigned char>(c)) == 0)
      line += c;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

/// libpq quotes a part of the address that it cannot decode, such as a password with "%00" in it.
std::string without_quoted_password(std::string message, const std::string& url) {
  const std::string encoded = with_encoded_password(url);
  std::vector<std::string> passwords;
  if (const std::size_t end = user_end(encoded); end != std::string::npos)
    if (const std::size_t colon = encoded.find(':', encoded.find("://") + 3); colon < end)
      passwords.push_back(encoded.substr(colon + 1, end - colon - 1));
  for (std::size_t at = encoded.find('?'); at != std::string::npos; at = encoded.find('&', at + 1)) {
    const std::size_t equals = encoded.find('=', at);
    if (equals != std::string::npos)
      passwords.push_back(encoded.substr(equals + 1, encoded.find('&', equals) - equals - 1));
  }
  for (const std::string& password : passwords)
    for (std::size_t at = 0; (at = message.find('"' + password + '"', at)) != std::string::npos;)
      message.replace(at + 1, password.size(), "***");
  return message;
}

class PostgresqlServer : public Server {
 public:
  explicit PostgresqlServer(std::string url) : url_(std::move(url)) {}

  std::string name() const override { return without_password(url_); }

  void connect(soci::session& session) const override {
    // Named instead of linked: SOCI then loads the backend when it is asked for, and a runner that uses SQLite starts
    // in half the time.
    session.open("postgresql", with_defaults(url_));
    try {
      // A client that is cut off within a transaction holds its locks until the server ends it.
      session << fmt::format(
          "SELECT set_config('search_path', 'folio', false), set_config('client_encoding', 'UTF8', false), "
          "set_config('lock_timeout', '{}s', false), set_config('idle_in_transaction_session_timeout', '60s', false), "
          "set_config('client_min_messages', 'warning', false)",
          kLockSeconds);
    } catch (const soci::soci_error&) {
      session.close();  // without these it is of no use
      throw;
    }
  }

  std::string explain(const soci::soci_error& error) const override {
    const std::string message = without_passwords(without_quoted_password(one_line(plain_message(error)), url_));
    if (message.find("Failed to find shared library for backend") != std::string::npos)
      return "cannot be reached: SOCI's library for PostgreSQL is not installed (Debian's libsoci-postgresql4.0)";
    if (error.get_error_category() == soci::soci_error::no_privilege) {
      return message +
             "; the owner of the tables can allow it: GRANT USAGE ON SCHEMA folio TO user; GRANT SELECT, INSERT, "
             "UPDATE, DELETE ON ALL TABLES IN SCHEMA folio TO user";
    }
    if (message.find("lock timeout") != std::string::npos)
      return fmt::format("is still locked by another process after {} seconds", kLockSeconds);
    return message;
  }

 private:
  std::string url_;
};

}  // namespace

void require_postgresql_url(const std::string& url) {
  // The address is not repeated: there may be a password in it, and where is not known of one that is not in order.
  if (url.starts_with("postgresql://") || url.starts_with("postgres://")) {
    if (has_sound_hosts(url)) return;
    throw Error(
        ErrorKind::usage,
        "the host or the port in the store's address is not valid: expected postgresql://USER@HOST:PORT/DATABASE; in "
        "a password, write all but letters and digits in percent-encoding");
  }
  throw Error(ErrorKind::usage,
              "the store is not the address of a PostgreSQL server: expected postgresql://USER@HOST:PORT/DATABASE");
}

std::unique_ptr<const Server> postgresql_server(std::string url) {
  require_postgresql_url(url);
  return std::make_unique<PostgresqlServer>(std::move(url));
}

bool speaks_postgresql(const soci::session& session) { return session.get_backend_name() == "postgresql"; }

}  // namespace folio::runs
