#pragma once

#include <set>
#include <string>
#include <string_view>

#include "serve/http/message.h"

namespace folio::serve {

/// Who is let in. A page of another site that a person has open, or one whose name was made to lead here, reaches this
/// machine's loopback as any program does; what tells it from our own page are the headers that its browser sets.
class Guard {
 public:
  /// `host` is the name or address as the person gave it; `any_address` that it stands for all of the machine's.
  Guard(const std::string& host, unsigned short port, bool loopback, bool any_address, std::string token);

  /// Throws HttpError: 403 for a Host, an Origin or a token that is missing or wrong, 405 for a method that is none of
  /// ours, 400 for a body of another kind than JSON. Reads headers and target only.
  void check(const Request& request) const;

  /// The address that a person opens, with the token in its fragment, which is sent to nobody.
  std::string address() const;

  const std::string& token() const { return token_; }

 private:
  bool is_own_host(const std::string& host) const;
  void check_origin(const Request& request) const;
  bool has_token(const Request& request) const;

  std::set<std::string> hosts_;  // with the port
  std::string suffix_;           // ":8470"
  std::string shown_host_;
  bool loopback_, any_address_;
  std::string token_;
};

/// Whether the two are equal, in a time that depends on the length of the second alone.
bool equal_in_constant_time(std::string_view given, std::string_view secret);

/// Whether the request is one that writes: POST /api/runs/ID/labels.
bool is_label_request(const Target& target);

}  // namespace folio::serve
