#pragma once

#include <string>

#include "folio/error.h"

namespace folio::worker {

/// What an exception says, in the form that events and exit codes have.
struct Failure {
  ErrorKind kind = ErrorKind::run;
  std::string message;
};

/// Of the exception that is being handled: call it inside a catch block.
Failure current_failure();

}  // namespace folio::worker
