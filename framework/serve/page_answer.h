#pragma once

#include <optional>
#include <string_view>

#include "serve/http/message.h"

namespace folio::serve {

/// The page's file that the request asks for: compressed where the client takes that, 304 where it has it already. None
/// where it asks for something else.
std::optional<Response> page_answer(const Request& request);

/// Whether a header Accept-Encoding takes zstd.
bool takes_zstd(std::string_view accept_encoding);

}  // namespace folio::serve
