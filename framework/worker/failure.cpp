#include "worker/failure.h"

#include <c10/util/Exception.h>

#include <new>

namespace folio::worker {

Failure current_failure() {
  try {
    throw;
  } catch (const Error& error) {
    return {error.kind(), error.what()};
  } catch (const c10::Error& error) {
    return {ErrorKind::run, plain_message(std::runtime_error(error.what_without_backtrace()))};
  } catch (const std::exception& error) {
    return {ErrorKind::run, plain_message(error)};
  } catch (...) {
    return {ErrorKind::run, "something was thrown that is not an exception"};
  }
}

}  // namespace folio::worker
