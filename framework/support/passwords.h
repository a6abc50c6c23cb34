#pragma once

#include <string>
#include <string_view>

namespace folio {

/// Whether an address in the text, such as "https://ann:secret@host/books?token=secret", has a password in it.
bool has_password(std::string_view text);

/// The text with "***" in the place of each password: in addresses, whether or not they are well formed, and behind
/// "password=".
std::string without_passwords(std::string_view text);

}  // namespace folio
