#pragma once

#include <string>

namespace folio {

/// So many hexadecimal digits from the system's own source of chance: for names that are to be like no other.
std::string random_hex(int digits);

}  // namespace folio
