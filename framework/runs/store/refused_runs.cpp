#include "runs/store/refused_runs.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include "runs/store/database.h"

namespace folio::runs {

using soci::into;
using soci::use;

std::string stamp_of(const RunFolder& folder) {
  std::string stamp;
  for (const auto& file : {folder.info(), folder.resolved(), folder.events()}) {
    struct stat status{};
    if (::stat(file.c_str(), &status) != 0) {
      stamp += "none ";
      continue;
    }
    stamp += fmt::format("{} {}.{} {}.{} {} ", status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
                         status.st_ctim.tv_sec, status.st_ctim.tv_nsec, status.st_ino);
  }
  return stamp;
}

RefusedRuns refused_runs(soci::session& session, const ResultsFolder& results) {
  RefusedRuns runs;
  std::string id, stamp, message;
  soci::statement query = (session.prepare << "SELECT run, stamp, message FROM refused WHERE home = :home", into(id),
                           into(stamp), into(message), use(results.id));
  query.execute();
  while (query.fetch()) runs[id] = {stamp, message};
  return runs;
}

void remember_refused_runs(soci::session& session, const ResultsFolder& results, const RefusedRuns& before,
                           const RefusedRuns& after) {
  const auto same = [](const auto& a, const auto& b) {
    return a.first == b.first && a.second.stamp == b.second.stamp && a.second.message == b.second.message;
  };
  if (std::equal(before.begin(), before.end(), after.begin(), after.end(), same)) return;
  WriteTransaction transaction(session);
  session << "DELETE FROM refused WHERE home = :home", use(results.id);
  for (const auto& [id, run] : after) {
    session << "INSERT INTO refused (home, run, stamp, message) VALUES (:home, :run, :stamp, :message)",
        use(results.id), use(id), use(run.stamp), use(run.message);
  }
  transaction.commit();
}

}  // namespace folio::runs
