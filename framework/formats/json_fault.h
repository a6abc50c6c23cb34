#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// What is wrong with JSON, in words for the person who has the file.
namespace folio {

/// "line 3, byte 17 of the line: ..." where `place`, counted from 0, is the first byte that cannot stand there; where
/// it is the end, that the text ends too early. `problem` says what is wrong at the place, if not this.
std::string json_fault(std::string_view text, std::size_t place,
                       std::string_view problem = "not expected after what comes before");

}  // namespace folio
