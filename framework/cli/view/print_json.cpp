#include "cli/view/print_json.h"

#include <iostream>
#include <utility>

#include "formats/versioned_json.h"

namespace folio::cli {

void print_json(nlohmann::json object) { std::cout << versioned_json(std::move(object), 2); }

std::string json_line(nlohmann::json object) { return versioned_json(std::move(object)); }

void print_error_json(std::string_view kind, const std::string& message) {
  std::cout << error_json(kind, message) << std::flush;
}

}  // namespace folio::cli
