#include "serve/http/message.h"

#include "formats/versioned_json.h"

namespace folio::serve {

Response error_response(int status, std::string_view kind, const std::string& message) {
  Response response;
  response.status = status;
  response.body = error_json(kind, message);
  return response;
}

Response error_response(const HttpError& error) {
  Response response = error_response(error.status(), error.kind(), error.what());
  if (!error.allowed().empty()) response.headers.emplace_back("Allow", error.allowed());
  return response;
}

}  // namespace folio::serve
