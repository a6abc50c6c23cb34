#pragma once

#include <string>
#include <string_view>

namespace folio::runs {

/// A text from outside as one line of Markdown that shows it as it is: nothing in it begins a link, an image, HTML, a
/// heading or a list. In a cell of a Table, which keeps bars from ending it, too.
std::string markdown_text(std::string_view text);

}  // namespace folio::runs
