#include "cli/session/preflight.h"

#include <fmt/format.h>

#include "cli/session/worker_session.h"
#include "support/human.h"

namespace folio::cli {

nlohmann::json preflight(const experiment::Experiment& experiment, const Session& session) {
  nlohmann::json answer;
  run_worker_to_success({.arguments = {"preflight", job_request(experiment, session.catalogue).dump()},
                         .environment = worker_environment(experiment.file),
                         .error_file = "/dev/null"},
                        [&](const nlohmann::json& line) { answer = line; });
  return answer;
}

std::string duration_text(const nlohmann::json& seconds) {
  if (seconds.at(1).get<double>() < 1) return "under 1 s";
  const std::string low = human_duration(seconds.at(0).get<double>());
  const std::string high = human_duration(seconds.at(1).get<double>());
  return low == high ? "about " + low : fmt::format("{} to {}", low, high);
}

}  // namespace folio::cli
