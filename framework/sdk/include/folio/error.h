#pragma once

/// folio::Error and ErrorKind: how a plugin reports bad input. Throw ErrorKind::experiment if options or texts do not
/// fit together, ErrorKind::run if data cannot be read or used; the host adds the plugin's name.
#include "support/error.h"
