#pragma once

#include <string>
#include <string_view>

namespace folio::jsonl {

/// Appends what the inside of a JSON text stands for, its escapes undone. `raw` was scanned by JsonScanner. Where half
/// of a surrogate pair stands alone, U+FFFD comes in its place, or with `replace` false JsonProblem is thrown, with the
/// offset in `raw`.
void append_unescaped(std::string_view raw, bool replace, std::string& out);

}  // namespace folio::jsonl
