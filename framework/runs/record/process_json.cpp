#include "runs/record/process_json.h"

namespace folio::runs {

nlohmann::json to_json(const ProcessIdentity& process) {
  return {
      {"host", process.host}, {"boot_id", process.boot_id}, {"pid", process.pid}, {"start_time", process.start_time}};
}

ProcessIdentity process_from_json(const nlohmann::json& source) {
  return {source.at("host").get<std::string>(), source.at("boot_id").get<std::string>(),
          source.at("pid").get<std::int64_t>(), source.at("start_time").get<std::int64_t>()};
}

}  // namespace folio::runs
