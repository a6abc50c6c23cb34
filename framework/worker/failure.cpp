#include "worker/failure.h"

#include <c10/util/Exception.h>

#include <new>
#include <stdexcept>

#include "support/machine/memory_limit.h"
#include "support/passwords.h"

namespace folio::worker {

namespace {

Failure caught() {
  try {
    throw;
  } catch (const Error& error) {
    return {error.kind(), error.what()};
  } catch (const std::bad_alloc& error) {
    return {ErrorKind::run, plain_message(error) + ". " + memory_advice()};
  } catch (const c10::OutOfMemoryError& error) {  // of a CUDA device
    return {ErrorKind::run, plain_message(std::runtime_error(error.what_without_backtrace())) + " " + memory_advice()};
  } catch (const c10::Error& error) {
    return {ErrorKind::run, plain_message(std::runtime_error(error.what_without_backtrace()))};
  } catch (const std::exception& error) {
    return {ErrorKind::run, plain_message(error)};
  } catch (...) {
    return {ErrorKind::run, "something was thrown that is not an exception"};
  }
}

}  // namespace

Failure current_failure() {
  Failure failure = caught();
  failure.message = without_passwords(failure.message);
  return failure;
}

}  // namespace folio::worker
