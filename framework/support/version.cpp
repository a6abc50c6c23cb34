#include "support/version.h"

namespace folio {

std::string_view folio_version() { return FOLIO_VERSION; }

}  // namespace folio
