#include "runs/record/process_json.h"

#include <limits>

namespace folio::runs {

nlohmann::json to_json(const ProcessIdentity& process) {
  return {
      {"host", process.host}, {"boot_id", process.boot_id}, {"pid", process.pid}, {"start_time", process.start_time}};
}

ProcessIdentity process_from_json(const JsonPart& part) {
  constexpr std::int64_t kAny = std::numeric_limits<std::int64_t>::max();
  return {part.at("host").text(), part.at("boot_id").text(), part.at("pid").integer(1, kAny),
          part.at("start_time").integer(0, kAny)};
}

}  // namespace folio::runs
