#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace folio {

/// The offset of the first byte that does not belong to well-formed UTF-8 (Unicode 15, table 3-7: no overlong forms,
/// no surrogates, nothing above U+10FFFF); none when all of `text` is well formed. Of a sequence that is cut short or
/// goes wrong it is the offset of the sequence's first byte. A zero byte is well formed.
std::optional<std::size_t> first_invalid_utf8(std::string_view text);

}  // namespace folio
