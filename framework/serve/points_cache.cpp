#include "serve/points_cache.h"

#include <algorithm>

namespace folio::serve {

std::shared_ptr<PointsCache::Entry> PointsCache::entry_of(const Key& key) {
  const std::lock_guard lock(mutex_);
  Place& place = places_[key];
  if (!place.entry) place.entry = std::make_shared<Entry>();
  place.used = ++uses_;
  return place.entry;
}

/// Drops those that were used longest ago, until what is left is not too much.
void PointsCache::note_size(const Key& key, std::size_t size) {
  constexpr std::size_t kEntryCosts = 16;  // points' worth of memory that an empty one takes
  const std::lock_guard lock(mutex_);
  if (const auto place = places_.find(key); place != places_.end()) place->second.size = size;
  std::size_t total = 0;
  for (const auto& [name, place] : places_) total += place.size + kEntryCosts;
  while (total > most_points_ && !places_.empty()) {
    const auto oldest = std::min_element(places_.begin(), places_.end(),
                                         [](const auto& a, const auto& b) { return a.second.used < b.second.used; });
    total -= oldest->second.size + kEntryCosts;
    places_.erase(oldest);
  }
}

std::size_t PointsCache::kept() {
  const std::lock_guard lock(mutex_);
  std::size_t total = 0;
  for (const auto& [name, place] : places_) total += place.size;
  return total;
}

std::vector<runs::Point> PointsCache::points(runs::Store& store, const std::string& run, const std::string& created,
                                             const std::string& metric, std::int64_t from) {
  const Read read = [&](std::int64_t after) { return store.points(run, metric, after); };
  return up_to_date(store, {run, metric}, created, from, read);
}

std::vector<runs::Point> PointsCache::times(runs::Store& store, const std::string& run, const std::string& created) {
  const Read read = [&](std::int64_t after) { return store.times(run, after); };
  return up_to_date(store, {run, std::nullopt}, created, -1, read);
}

std::vector<runs::Point> PointsCache::up_to_date(runs::Store& store, const Key& key, const std::string& created,
                                                 std::int64_t from, const Read& read) {
  const auto entry = entry_of(key);
  const std::lock_guard lock(entry->mutex);
  const std::size_t sessions = store.session_count(key.first);
  if (entry->created != created || entry->sessions != sessions) entry->points.clear();
  entry->created = created;
  entry->sessions = sessions;
  if (entry->points.empty()) {
    entry->points = read(-1);
  } else {
    const auto news = read(entry->points.back().step);
    entry->points.insert(entry->points.end(), news.begin(), news.end());
  }
  note_size(key, entry->points.size());
  auto begin = std::upper_bound(entry->points.begin(), entry->points.end(), from,
                                [](std::int64_t step, const runs::Point& point) { return step < point.step; });
  if (begin != entry->points.begin()) --begin;
  return {begin, entry->points.end()};
}

CachedSource::CachedSource(runs::Store& store, PointsCache& cache, const std::vector<runs::RunSummary>& runs,
                           const runs::PlotRequest& request)
    : store_(store), cache_(cache), metric_(request.metric) {
  for (const runs::RunSummary& run : runs) created_[run.id] = run.created;
  if (request.smoothing == 0 && !request.group) known_ = request.after;
}

std::vector<runs::Point> CachedSource::points(const std::string& run, const std::string& metric) {
  const auto known = known_.find(run);
  return cache_.points(store_, run, created_[run], metric,
                       metric == metric_ && known != known_.end() ? known->second : -1);
}

std::vector<runs::Point> CachedSource::times(const std::string& run) {
  return cache_.times(store_, run, created_[run]);
}

}  // namespace folio::serve
