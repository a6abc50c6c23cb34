#include "serve/http/guard.h"

#include <arpa/inet.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>

namespace folio::serve {
namespace {

std::string in_lower_case(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

bool is_ipv6(const std::string& host) { return host.find(':') != std::string::npos; }

/// Whether it is an address in numbers. No name can be made to lead here by one.
bool is_numeric_address(std::string host) {
  unsigned char scratch[sizeof(in6_addr)];
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    return ::inet_pton(AF_INET6, host.c_str(), scratch) == 1;
  }
  return ::inet_pton(AF_INET, host.c_str(), scratch) == 1;
}

std::string machine_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof(name) - 1) == 0 ? in_lower_case(name) : "";
}

}  // namespace

bool equal_in_constant_time(std::string_view given, std::string_view secret) {
  unsigned char difference = given.size() == secret.size() ? 0 : 1;
  for (std::size_t i = 0; i < secret.size(); ++i)
    difference = static_cast<unsigned char>(difference | ((i < given.size() ? given[i] : 0) ^ secret[i]));
  return difference == 0;
}

bool is_label_request(const Target& target) {
  const auto& path = target.path;
  if (path.size() < 4 || path[0] != "api" || path[1] != "runs" || path.back() != "labels") return false;
  const std::size_t id_parts = path[2] == "baseline" ? 2 : 1;  // its slash need not be encoded
  return path.size() == 3 + id_parts;
}

Guard::Guard(const std::string& host, unsigned short port, bool loopback, bool any_address, std::string token)
    : suffix_(":" + std::to_string(port)),
      shown_host_(any_address     ? machine_name()
                  : is_ipv6(host) ? "[" + host + "]"
                                  : host),
      loopback_(loopback),
      any_address_(any_address),
      token_(std::move(token)) {
  for (const std::string& name : {std::string("localhost"), std::string("127.0.0.1"), std::string("[::1]"),
                                  in_lower_case(shown_host_), any_address ? machine_name() : std::string()}) {
    if (name.empty()) continue;
    hosts_.insert(name + suffix_);
    if (port == 80) hosts_.insert(name);  // which browsers leave out
  }
}

std::string Guard::address() const { return "http://" + shown_host_ + suffix_ + "/#token=" + token_; }

bool Guard::is_own_host(const std::string& host) const {
  if (hosts_.contains(in_lower_case(host))) return true;
  return any_address_ && host.ends_with(suffix_) && is_numeric_address(host.substr(0, host.size() - suffix_.size()));
}

void Guard::check_origin(const Request& request) const {
  constexpr std::string_view kScheme = "http://";
  const RequestHeaders& headers = request.headers;
  if (headers.host.size() != 1 || !is_own_host(headers.host.front()))
    throw HttpError(403, "the Host of the request is not the address of this server");
  if (headers.origin && (!headers.origin->starts_with(kScheme) || !is_own_host(headers.origin->substr(kScheme.size()))))
    throw HttpError(403, "the request comes from a page of another site");
  const bool opens_page = headers.fetch_mode == "navigate" && (request.target.path.empty());
  if (headers.fetch_site == "cross-site" && !opens_page)  // a link on any page may lead to ours
    throw HttpError(403, "the request comes from a page of another site");
}

bool Guard::has_token(const Request& request) const {
  constexpr std::string_view kBearer = "Bearer ";
  const std::string& given = request.headers.authorization;
  return given.starts_with(kBearer) && equal_in_constant_time(std::string_view(given).substr(kBearer.size()), token_);
}

void Guard::check(const Request& request) const {
  check_origin(request);
  const bool writes = is_label_request(request.target);
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (writes && request.method != "POST") throw HttpError::method("labels are written with POST", "POST");
  if (!writes && !reads) throw HttpError::method("only GET and HEAD are answered here", "GET, HEAD");
  const bool of_api = !request.target.path.empty() && request.target.path.front() == "api";
  if ((writes || (of_api && !loopback_)) && !has_token(request))
    throw HttpError(403,
                    "the token is missing or wrong; 'runner serve' prints it as a part of the address to be opened");
  if (!writes) return;
  const std::string type = in_lower_case(request.headers.content_type);
  if (type != "application/json" && !type.starts_with("application/json;"))
    throw HttpError(400, "expected a body of the type application/json");
}

}  // namespace folio::serve
