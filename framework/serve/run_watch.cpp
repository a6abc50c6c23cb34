#include "serve/run_watch.h"

#include <time.h>

#include <algorithm>
#include <functional>
#include <system_error>
#include <utility>

#include "runs/record/facts.h"
#include "support/error.h"
#include "support/stop_signals.h"
#include "support/utf8.h"

namespace folio::serve {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using runs::RunSummary;

constexpr auto kBetweenLooks = 500ms;
constexpr auto kLookedAtLeast = 5s;   // at a run at work, though its events did not grow: its process may be gone
constexpr auto kUsedFor = 10s;        // after a request, that others follow
constexpr auto kLongestWait = 300ms;  // of a request after a time in which nobody looked
constexpr int kShare = 300;           // looking costs no more than this part of a processor

bool differ(const RunSummary& a, const RunSummary& b) {
  return a.name != b.name || a.state != b.state || a.tags != b.tags || a.note != b.note || a.elsewhere != b.elsewhere ||
         a.other_folder != b.other_folder || a.metrics != b.metrics || a.error.has_value() != b.error.has_value();
}

/// The runs that one of the two has alone, or that differ.
std::set<std::string> changes_between(const RunSnapshot& before, const RunSnapshot& now) {
  std::set<std::string> changed;
  for (const RunSummary& run : now.runs()) {
    const RunSummary* old = before.find(run.id);
    if (old == nullptr || differ(*old, run)) changed.insert(run.id);
  }
  for (const RunSummary& run : before.runs())
    if (now.find(run.id) == nullptr) changed.insert(run.id);
  return changed;
}

/// False where it cannot be told, too.
bool is_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

/// When something was last added to the folder or taken away, as far as that is over: times of files are coarse, and
/// more may come within the same tick.
std::optional<fs::file_time_type> settled_time_of(const fs::path& folder) {
  std::error_code error;
  const auto time = fs::last_write_time(folder, error);
  if (error) return fs::file_time_type{};
  return fs::file_time_type::clock::now() - time > 100ms ? std::optional(time) : std::nullopt;
}

/// Tells the runs in the folder from those of another moment, without a look at any. Those that are being made, whose
/// names are hidden, do not count.
std::size_t mark_of_names(const fs::path& folder) {
  std::size_t mark = 0;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with('.')) mark += std::hash<std::string>()(name);
  }
  return mark;
}

/// What this thread has had of a processor: waiting for a lock or for its turn costs nobody anything.
std::chrono::nanoseconds time_of_this_thread() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

std::shared_ptr<const RunSnapshot> read_snapshot(runs::Store& store, const RunSnapshot* before) {
  std::vector<RunSummary> runs = store.list();
  // The settings of a run are there from its start, and change where it is resumed, which makes it active.
  const bool same_runs =
      before != nullptr && before->runs().size() == runs.size() &&
      std::equal(runs.begin(), runs.end(), before->runs().begin(), [](const auto& a, const auto& b) {
        return a.id == b.id && a.created == b.created && runs::is_active(a.state) == runs::is_active(b.state);
      });
  auto settings = same_runs ? before->settings() : std::make_shared<const runs::RunSettings>(store.settings());
  return std::make_shared<const RunSnapshot>(std::move(runs), std::move(settings), store.unread());
}

/// Enters what is new of the run. One whose folder cannot be read stays as it is known, and is named where all folders
/// are looked at; whatever else asks the store notices if that is what fails.
void enter_news(runs::Store& store, const std::string& id) {
  try {
    store.sync_run(id);
  } catch (const runs::StoreDiskError&) {
    throw;
  } catch (const Error&) {
  }
}

}  // namespace

RunWatch::RunWatch(StorePool& stores, fs::path runs_folder, Tell tell, std::function<bool()> is_listened)
    : stores_(stores), folder_(std::move(runs_folder)), tell_(std::move(tell)), is_listened_(std::move(is_listened)) {
  folder_time_ = settled_time_of(folder_);
  names_ = mark_of_names(folder_);
  had_folder_ = is_folder(folder_);
  known_.snapshot = stores_.with([](runs::Store& store) {
    if (store.in_memory()) store.sync();  // it holds nothing yet
    return read_snapshot(store, nullptr);
  });
  known_.live = std::make_shared<const LiveRuns>();
  known_.version = 1;
  last_look_ = Clock::now();
}

void RunWatch::start() {
  thread_ = std::thread([this] {
    block_signals_in_this_thread();
    work();
  });
}

void RunWatch::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  looked_.notify_all();
  if (thread_.joinable()) thread_.join();
}

/// What was known stays so until the folder is there again.
void RunWatch::require_folder() const {
  std::error_code error;
  if (!had_folder_ || fs::is_directory(folder_, error)) return;
  const bool is_gone = !error || error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
  const std::string why = is_gone ? "is no longer there" : "cannot be looked at: " + error.message();
  throw Error(ErrorKind::store, without_controls(folder_.string()) + ": " + why + "; so its runs cannot be shown");
}

KnownRuns RunWatch::known() {
  require_folder();
  std::unique_lock lock(mutex_);
  const auto now = Clock::now();
  const bool was_idle = !is_listened_() && now - last_look_ > kUsedFor;
  last_use_ = now;
  if (was_idle) {
    wake_.notify_all();
    looked_.wait_for(lock, kLongestWait, [&] { return stopping_ || last_look_ >= now; });
  }
  return known_;
}

void RunWatch::note_change(const std::string& id) {
  {
    const std::lock_guard lock(mutex_);
    own_changes_.insert(id);
  }
  wake_.notify_all();
}

bool RunWatch::is_needed() const {
  return is_listened_() || Clock::now() - last_use_ <= kUsedFor || !own_changes_.empty();
}

/// Whether a look is not put off: a label was written here, or a request comes after a time without one.
bool RunWatch::is_urgent() const { return !own_changes_.empty() || last_use_ - last_look_ > kUsedFor; }

void RunWatch::work() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const auto begun = Clock::now();
    if (is_needed()) {
      lock.unlock();
      look();
      lock.lock();
      last_look_ = Clock::now();
      looked_.notify_all();
    }
    wake_.wait_until(lock, begun + kBetweenLooks, [&] { return stopping_ || is_urgent(); });
  }
}

/// What goes wrong, such as a disk that fails for a while, leaves what is known as it is; requests that need the store
/// tell it. All folders, if it was them, are tried again when they would be looked at next.
void RunWatch::look() {
  bool whole = true;
  try {
    whole = whole_is_due();
    if (whole)
      look_at_all();
    else
      look_at_active();
    return;
  } catch (const runs::StoreDiskError&) {
    stores_.forget();
  } catch (const std::exception&) {  // none may end the thread
  }
  if (whole) last_whole_ = Clock::now();
}

bool RunWatch::whole_is_due() {
  {
    const std::lock_guard lock(mutex_);
    if (!own_changes_.empty()) return true;
  }
  const auto folder_time = settled_time_of(folder_);
  if (!folder_time || folder_time != folder_time_) {
    if (mark_of_names(folder_) != names_) return true;
    folder_time_ = folder_time;
  }
  return Clock::now() - last_whole_ >= std::max<Clock::duration>(1s, whole_cost_ * kShare);
}

void RunWatch::look_at_all() {
  const auto begun = time_of_this_thread();
  std::set<std::string> changed;
  KnownRuns before;
  {
    const std::lock_guard lock(mutex_);
    changed.swap(own_changes_);
    before = known_;
  }
  const auto folder_time = settled_time_of(folder_);
  const std::size_t names = mark_of_names(folder_);
  if (!had_folder_ && is_folder(folder_)) {  // without runs the index is in memory; now there can be a file
    stores_.forget();
    had_folder_ = true;
  }
  require_folder();
  const auto snapshot = stores_.with([&](runs::Store& store) {
    store.sync();
    return read_snapshot(store, before.snapshot.get());
  });
  folder_time_ = folder_time;
  names_ = names;
  for (const std::string& id : changes_between(*before.snapshot, *snapshot)) changed.insert(id);
  auto live = std::make_shared<LiveRuns>();
  for (const auto& [id, run] : *before.live)
    if (const RunSummary* now = snapshot->find(id); now != nullptr && runs::is_active(now->state))
      live->emplace(id, LiveRun{*now, run.progress});
  publish(snapshot, live, changed);
  last_whole_ = last_rebuild_ = Clock::now();
  whole_cost_ = time_of_this_thread() - begun;
  look_at_active();
}

void RunWatch::look_at_active() {
  KnownRuns known;
  {
    const std::lock_guard lock(mutex_);
    known = known_;
  }
  auto live = std::make_shared<LiveRuns>(*known.live);
  std::set<std::string> changed, active;
  bool ended = false;
  for (const RunSummary& run : known.snapshot->runs()) {
    if (!runs::is_active(run.state) || !run.other_folder.empty()) continue;
    active.insert(run.id);
    auto now = look_at(run.id, tracked_[run.id]);
    if (!now) continue;
    ended = ended || now->summary.state != run.state;
    changed.insert(run.id);
    (*live)[run.id] = std::move(*now);
  }
  std::erase_if(tracked_, [&](const auto& entry) { return !active.contains(entry.first); });
  if (!changed.empty()) publish(known.snapshot, live, changed);
  const bool behind = std::any_of(live->begin(), live->end(), [&](const auto& entry) {
    const RunSummary* run = known.snapshot->find(entry.first);
    return run != nullptr && differ(*run, entry.second.summary);
  });
  if (ended || (behind && Clock::now() - last_rebuild_ >= rebuild_cost_ * kShare)) put_live_into_snapshot(*live);
}

/// None where nothing is new.
std::optional<LiveRun> RunWatch::look_at(const std::string& id, Tracked& tracked) {
  return stores_.with([&](runs::Store& store) -> std::optional<LiveRun> {
    std::error_code error;
    const std::uintmax_t size = fs::file_size(store.folder_of(id).events(), error);
    const auto now = Clock::now();
    if (!error && size == tracked.events_size && now - tracked.looked_at < kLookedAtLeast) return std::nullopt;
    enter_news(store, id);
    tracked.looked_at = now;
    if (!error && size == tracked.events_size) {
      const RunSummary same = store.summary(id);
      if (runs::is_active(same.state)) return std::nullopt;
    }
    tracked.events_size = error ? 0 : size;
    LiveRun run;
    run.summary = store.summary(id);
    if (!tracked.planned_steps) tracked.planned_steps = runs::facts_from_json(store.load(id).facts).planned_steps;
    auto step = store.last_step(id, "loss");
    if (!step) step = store.last_step(id, "eval_loss");
    run.progress = progress_of(step, tracked);
    return run;
  });
}

Progress RunWatch::progress_of(std::optional<std::int64_t> step, Tracked& tracked) {
  Progress progress;
  progress.step = step.value_or(0);
  progress.steps = tracked.planned_steps;
  const auto now = Clock::now();
  if (!step) return progress;
  if (!tracked.first || tracked.first->first > *step) tracked.first = {*step, now};
  const double steps = static_cast<double>(*step - tracked.first->first);
  if (steps <= 0 || !progress.steps) return progress;
  const double seconds = std::chrono::duration<double>(now - tracked.first->second).count();
  progress.seconds_left = seconds / steps * static_cast<double>(std::max<std::int64_t>(0, *progress.steps - *step));
  return progress;
}

void RunWatch::put_live_into_snapshot(const LiveRuns& live) {
  const auto begun = time_of_this_thread();
  KnownRuns known;
  {
    const std::lock_guard lock(mutex_);
    known = known_;
  }
  std::vector<RunSummary> all = known.snapshot->runs();
  for (RunSummary& run : all)
    if (const auto newer = live.find(run.id); newer != live.end()) run = newer->second.summary;
  auto snapshot =
      std::make_shared<const RunSnapshot>(std::move(all), known.snapshot->settings(), known.snapshot->unread());
  auto still_live = std::make_shared<LiveRuns>(live);
  std::erase_if(*still_live, [](const auto& entry) { return !runs::is_active(entry.second.summary.state); });
  {
    const std::lock_guard lock(mutex_);
    known_.snapshot = std::move(snapshot);
    known_.live = std::move(still_live);
  }
  last_rebuild_ = Clock::now();
  rebuild_cost_ = time_of_this_thread() - begun;
}

void RunWatch::publish(std::shared_ptr<const RunSnapshot> snapshot, std::shared_ptr<const LiveRuns> live,
                       const std::set<std::string>& changed) {
  std::uint64_t version = 0;
  {
    const std::lock_guard lock(mutex_);
    known_.snapshot = std::move(snapshot);
    known_.live = std::move(live);
    if (changed.empty()) return;
    version = ++known_.version;
  }
  tell_(version, changed);
}

}  // namespace folio::serve
