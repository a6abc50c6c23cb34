#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace folio::runs {

/// What a run-*.wandb file tells: a log of LevelDB's framing (blocks of 32 KiB, records in up to several pieces, each
/// with a CRC-32, a length and a type) behind the seven bytes ":W&B", 0xBEE1 and a version, whose records are protocol
/// buffers `Record` (wandb/proto/wandb_internal.proto). Values are JSON there too.
struct WandbLog {
  std::string id, project, group, job_type, name, notes, host, commit;
  std::vector<std::string> tags;
  std::optional<double> began;                                   ///< seconds since 1970
  nlohmann::json config = nlohmann::json::object();              ///< without W&B's own "_wandb"
  nlohmann::json summary = nlohmann::json::object();             ///< the same
  std::vector<std::pair<std::int64_t, nlohmann::json>> history;  ///< step and its values
  std::optional<std::int64_t> exit_code;                         ///< none where the run did not come to its end
  std::int64_t bad_values = 0;                                   ///< values that are not JSON
  std::string problem;                                           ///< where reading stopped short of the end; else empty
};

bool is_wandb_log(std::string_view bytes);

/// Of a file that is broken, what stands before.
WandbLog read_wandb_log(std::string_view bytes);

}  // namespace folio::runs
