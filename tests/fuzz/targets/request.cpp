// What somebody asks `runner serve` for: the target of a request, then, behind a line that is "%%", its Host. What is
// taken is clean, and comes back as it was when it is written again; only the server's own address is let in; and a
// condition is completed within itself.

#include <algorithm>
#include <memory>

#include "fuzz.h"
#include "serve/http/guard.h"
#include "serve/http/target.h"
#include "serve/parameters.h"
#include "serve/where_completion.h"
#include "support/utf8.h"
#include "unit/serve/snapshots.h"

namespace folio::fuzz {
namespace {

using namespace serve;

/// Whether `read` takes the input; what it throws must be a refusal in words.
template <typename Read>
bool is_answered(const Read& read) {
  try {
    read();
    return true;
  } catch (const HttpError& error) {
    FOLIO_FUZZ_REQUIRE(error.status() == 400 || error.status() == 403 || error.status() == 405);
    require_good_message(error, "");
    return false;
  }
}

std::string written_again(const Target& target) {
  std::string text = target.path.empty() ? "/" : "";
  for (const std::string& part : target.path) text += "/" + percent_encoded(part);
  char separator = '?';
  for (const auto& [name, value] : target.query) {
    text += separator + percent_encoded(name) + "=" + percent_encoded(value);
    separator = '&';
  }
  return text;
}

void check_text(const std::string& text) {
  FOLIO_FUZZ_REQUIRE(!first_invalid_utf8(text));
  FOLIO_FUZZ_REQUIRE(text.find('\0') == std::string::npos);
}

void check_target(const Target& target) {
  for (const std::string& part : target.path) {
    check_text(part);
    FOLIO_FUZZ_REQUIRE(!part.empty() && part != "." && part != "..");
  }
  for (const auto& [name, value] : target.query) {
    check_text(name);
    check_text(value);
  }
  const std::string again = written_again(target);
  if (again.size() > kLongestTarget) return;
  const Target same = parse_target(again);
  FOLIO_FUZZ_REQUIRE(same.path == target.path);
  FOLIO_FUZZ_REQUIRE(same.query == target.query);
}

void check_guard(const Target& target, std::string_view host) {
  static const Guard guard("127.0.0.1", 8470, /*loopback=*/true, /*any_address=*/false, std::string(32, 'a'));
  Request request;
  request.method = "GET";
  request.target = target;
  request.headers.host = {std::string(host)};
  if (!is_answered([&] { guard.check(request); })) return;
  std::string small(host);
  std::transform(small.begin(), small.end(), small.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  FOLIO_FUZZ_REQUIRE(small == "127.0.0.1:8470" || small == "localhost:8470" || small == "[::1]:8470");
  FOLIO_FUZZ_REQUIRE(!is_label_request(target));
}

void check_parameters(const Target& target) {
  static const std::unique_ptr<RunSnapshot> snapshot = serve::test::three_runs();
  is_answered([&] { number_parameter(target, "at", 0, -10, 10); });
  is_answered([&] { real_parameter(target, "x", 0); });
  is_answered([&] { flag_parameter(target, "group"); });
  is_answered([&] { list_parameter(target, "settings"); });
  is_answered([&] { require_known_parameters(target, {"text", "at"}); });
  for (const std::string& text : target.values("text")) {
    const std::size_t at = text.size() / 2;
    const Completion completion = complete_where(text, at, *snapshot);
    FOLIO_FUZZ_REQUIRE(completion.from <= at && at <= completion.to && completion.to <= text.size());
  }
}

}  // namespace

void one_input(std::string_view bytes) {
  const TwoParts parts = two_parts(bytes);
  Target target;
  if (!is_answered([&] { target = parse_target(parts.first); })) return;
  check_target(target);
  check_guard(target, parts.second);
  check_parameters(target);
}

}  // namespace folio::fuzz
