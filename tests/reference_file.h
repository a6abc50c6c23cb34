#pragma once

#include <string>

#include "support/files.h"

namespace folio::test {

/// What a file of tests/reference holds.
inline std::string read_reference(const std::string& name) {
  return read_file(std::string(FOLIO_SOURCE_DIR) + "/tests/reference/" + name);
}

}  // namespace folio::test
