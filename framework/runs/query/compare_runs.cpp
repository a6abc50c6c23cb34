#include "runs/query/compare_runs.h"

#include <algorithm>

#include "runs/compare/seeds.h"
#include "runs/record/json_values.h"

namespace folio::runs {
namespace {

/// Whether two finished runs of one model did the same work, as those of one experiment do (but where early stopping
/// ends them). It spares loading all other runs.
bool may_be_kin(const RunSummary& run, const RunSummary& other) {
  const auto same = [&](const char* metric) {
    const auto in_run = run.metrics.find(metric);
    const auto in_other = other.metrics.find(metric);
    return in_run != run.metrics.end() && in_other != other.metrics.end() && in_run->second == in_other->second;
  };
  return run.id != other.id && other.state == RunState::finished && run.model == other.model && same("train_samples") &&
         same("global_step");
}

/// One sibling for each seed, the newest, and all repeats, looked for among the newest runs that did the same work.
Kin kin_of(const Run& run, const std::vector<RunSummary>& runs, Store& store) {
  constexpr int kMostLookedAt = 200;
  Kin kin;
  kin.losses = store.points(run.summary.id, "loss");
  const auto seed_of = [](const Run& of) { return value_at(of.settings, "/training/seed"); };
  std::vector<nlohmann::json> seeds{seed_of(run)};
  int looked_at = 0;
  for (const RunSummary& other : runs) {
    if (!may_be_kin(run.summary, other)) continue;
    if (++looked_at > kMostLookedAt) break;
    const Run candidate = store.load(other.id);
    if (is_repeat(run, candidate)) kin.repeats.push_back(other);
    const bool new_seed = std::find(seeds.begin(), seeds.end(), seed_of(candidate)) == seeds.end();
    if (!new_seed || !differ_only_in_seed(run, candidate)) continue;
    seeds.push_back(seed_of(candidate));
    kin.siblings.push_back(other);
  }
  return kin;
}

}  // namespace

ComparedRuns compare_runs(Store& store, const std::vector<RunSummary>& runs, const std::string& a,
                          const std::string& b) {
  ComparedRuns compared{store.load(a), store.load(b), {}, {}};
  compared.comparison =
      compare(compared.a, compared.b, kin_of(compared.a, runs, store), kin_of(compared.b, runs, store));
  const auto pair = [&](const char* metric) { return CurvePair{store.points(a, metric), store.points(b, metric)}; };
  compared.curves = {pair("loss"), pair("eval_loss")};
  return compared;
}

}  // namespace folio::runs
