#pragma once

#include <string>
#include <string_view>

namespace folio {

/// The text as it stands in an element or an attribute of XML or HTML: & < > " ' as references; characters that XML
/// does not allow, and bytes that are not UTF-8, as U+FFFD.
std::string xml_text(std::string_view text);

}  // namespace folio
