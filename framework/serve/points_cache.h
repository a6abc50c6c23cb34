#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runs/plot/plot.h"
#include "runs/plot/plot_source.h"
#include "runs/store/store.h"

namespace folio::serve {

/// The points of curves that were drawn, so that of one that is drawn again only what is new is read. Those of a run
/// that was resumed meanwhile, which may have gone back to an earlier step, are read anew. Any thread may ask.
class PointsCache {
 public:
  /// Keeps about so many points (16 bytes each) at most, the last used.
  explicit PointsCache(std::size_t most_points = 8'000'000) : most_points_(most_points) {}

  /// As Store::points() gives them, but for those before the last one that is not later than `from`. `created` tells
  /// the run from another one that had its id.
  std::vector<runs::Point> points(runs::Store& store, const std::string& run, const std::string& created,
                                  const std::string& metric, std::int64_t from = -1);

  /// As Store::times() gives them.
  std::vector<runs::Point> times(runs::Store& store, const std::string& run, const std::string& created);

  /// Points that are kept now.
  std::size_t kept();

 private:
  struct Entry {
    std::mutex mutex;  // of all below
    std::string created;
    std::size_t sessions = 0;
    std::vector<runs::Point> points;
  };
  struct Place {
    std::shared_ptr<Entry> entry;
    std::size_t size = 0;  ///< points, when last used
    std::uint64_t used = 0;
  };
  using Key = std::pair<std::string, std::optional<std::string>>;  // run and metric, none for the times
  using Read = std::function<std::vector<runs::Point>(std::int64_t after)>;

  std::vector<runs::Point> up_to_date(runs::Store& store, const Key& key, const std::string& created, std::int64_t from,
                                      const Read& read);

  std::shared_ptr<Entry> entry_of(const Key& key);
  void note_size(const Key& key, std::size_t size);

  const std::size_t most_points_;
  std::mutex mutex_;
  std::map<Key, Place> places_;
  std::uint64_t uses_ = 0;
};

/// A store as the source of a plot of these runs, with the points from the cache. Where only what is new of a curve is
/// wanted and nothing before it makes a difference, it leaves out what is known: a long curve is then not gone through
/// again for each new point.
class CachedSource : public runs::PlotSource {
 public:
  CachedSource(runs::Store& store, PointsCache& cache, const std::vector<runs::RunSummary>& runs,
               const runs::PlotRequest& request);

  std::vector<runs::Point> points(const std::string& run, const std::string& metric) override;
  std::vector<runs::Point> times(const std::string& run) override;
  std::vector<std::string> curves(const std::string& run) override { return store_.curves(run); }
  runs::Run load(const std::string& run) override { return store_.load(run); }

 private:
  runs::Store& store_;
  PointsCache& cache_;
  std::map<std::string, std::string> created_;  // by id
  std::string metric_;
  runs::PlotCursor known_;
};

}  // namespace folio::serve
