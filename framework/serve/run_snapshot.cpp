#include "serve/run_snapshot.h"

#include <utility>

namespace folio::serve {

RunSnapshot::RunSnapshot(std::vector<runs::RunSummary> runs, std::shared_ptr<const runs::RunSettings> settings,
                         std::vector<runs::UnreadRun> unread)
    : runs_(std::move(runs)), settings_(std::move(settings)), unread_(std::move(unread)), fields_(runs_, *settings_) {
  for (std::size_t i = 0; i < runs_.size(); ++i) places_.emplace(runs_[i].id, i);
}

const runs::RunSummary* RunSnapshot::find(const std::string& id) const {
  const auto place = places_.find(id);
  return place == places_.end() ? nullptr : &runs_[place->second];
}

}  // namespace folio::serve
