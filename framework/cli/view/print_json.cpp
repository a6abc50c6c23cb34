#include "cli/view/print_json.h"

#include <iostream>

namespace folio::cli {

void print_json(const nlohmann::json& json) {
  std::cout << json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
}

}  // namespace folio::cli
