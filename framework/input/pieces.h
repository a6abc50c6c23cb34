#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "folio/dataset.h"

namespace folio::input {

/// Gives `sink` the text as one document or, where it is longer than some 8 MiB, as several of which each goes on where
/// that before ended; "\r\n" is never cut. All but text and `continues` is taken from `like`. `end` is where in `text`
/// the piece ends.
void give_in_pieces(std::string_view text, const Document& like,
                    const std::function<void(Document piece, std::size_t end)>& sink);

}  // namespace folio::input
