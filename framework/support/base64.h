#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace folio {

/// The bytes of a text in base64 (RFC 4648), with its padding; none where it is not that.
std::optional<std::string> from_base64(std::string_view text);

std::string to_base64(std::string_view bytes);

}  // namespace folio
