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
    return {ErrorKind::run, error.what_without_backtrace()};
  } catch (const std::bad_alloc&) {
    return {ErrorKind::run, "there is not enough memory"};
  } catch (const std::exception& error) {
    return {ErrorKind::run, error.what()};
  } catch (...) {
    return {ErrorKind::run, "something was thrown that is not an exception"};
  }
}

}  // namespace folio::worker
