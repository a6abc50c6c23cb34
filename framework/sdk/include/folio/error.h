#pragma once

/// folio::Error and ErrorKind: how a plugin reports bad input. Throw ErrorKind::experiment where options or texts do
/// not fit together, ErrorKind::run where data cannot be read or used; the host adds the plugin's name.
#include "support/error.h"
