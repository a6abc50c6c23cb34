#pragma once

#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "serve/http/message.h"
#include "serve/job_queue.h"
#include "serve/points_cache.h"
#include "serve/run_watch.h"
#include "serve/sample_cache.h"
#include "serve/store_pool.h"

namespace folio::serve {

/// Answers the page's requests (docs/serve.md) from what the watch knows, or from the store.
class Api : public Handler {
 public:
  Api(StorePool& stores, RunWatch& watch) : stores_(stores), watch_(watch), jobs_(kThreads, kMostWaiting) {}

  void answer(Request request, Done done) override;

  /// Returns when nothing is at work any more; what waits is not answered.
  void stop() { jobs_.stop(); }

 private:
  static constexpr std::size_t kThreads = 3;
  static constexpr std::size_t kMostWaiting = 128;

  Response respond(const Request& request);
  Response respond_of_run(const Request& request);
  Response open_stream();

  Response runs(const Target& target);
  Response fields();
  Response complete(const Target& target);
  Response show(const std::string& id);
  Response log(const std::string& id, const Target& target);
  Response samples(const std::string& id);
  Response files(const std::string& id);
  Response file(const std::string& id, const std::vector<std::string>& parts);
  Response label(const std::string& id, const std::string& body);
  Response diff(const Target& target);
  Response compare(const Target& target);
  Response plot(const Target& target);

  std::vector<runs::RunSummary> named_or_chosen(const Target& target, const RunSnapshot& snapshot,
                                                bool finished = false);
  std::vector<std::string> differing_keys(const std::shared_ptr<const RunSnapshot>& snapshot, const std::string& where,
                                          const std::vector<std::size_t>& places);
  std::string id_of(const std::string& name);
  runs::Run load(const std::string& name);

  /// The settings that differ among the runs that meet a condition, which every page asks for again and again.
  struct Differing {
    std::mutex mutex;
    std::weak_ptr<const RunSnapshot> snapshot;
    std::string where;
    std::vector<std::string> keys;
  };

  StorePool& stores_;
  RunWatch& watch_;
  Differing differing_;
  SampleCache samples_;
  PointsCache points_;
  JobQueue jobs_;  // the last, so that no job outlives what it uses
};

/// The answer with the JSON of an object, as `--json` would print it, in one line.
Response json_response(nlohmann::json object);

nlohmann::json progress_json(const Progress& progress);

}  // namespace folio::serve
