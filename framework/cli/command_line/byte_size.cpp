#include "cli/command_line/byte_size.h"

#include <fmt/format.h>

#include "support/error.h"
#include "support/human.h"

namespace folio::cli {

std::uint64_t byte_size(const std::string& option, const std::string& text) {
  const auto bytes = parse_bytes(text);
  if (bytes && !has_byte_unit(text)) {
    throw Error(ErrorKind::usage,
                fmt::format("{0} is '{1}', which has no unit; expected a size such as {1}GiB or {1}MB "
                            "({1}B for bytes)",
                            option, text));
  }
  if (bytes) return *bytes;
  throw Error(ErrorKind::usage, fmt::format("{} is '{}', expected a size such as 5GiB or 500MB", option, text));
}

}  // namespace folio::cli
