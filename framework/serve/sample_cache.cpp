#include "serve/sample_cache.h"

#include <sys/stat.h>

#include <algorithm>

#include "runs/record/events.h"

namespace folio::serve {
namespace {

constexpr std::size_t kMostRuns = 8;
constexpr std::size_t kMostSamples = 1000;
constexpr std::size_t kMostBytes = 4 << 20;

/// Leaves the last ones.
void drop_oldest(std::vector<runs::Sample>& samples) {
  std::size_t bytes = 0, kept = 0;
  while (kept < samples.size() && kept < kMostSamples) {
    const runs::Sample& sample = samples[samples.size() - 1 - kept];
    bytes += sample.prompt.size() + sample.text.size();
    if (bytes > kMostBytes) break;
    ++kept;
  }
  samples.erase(samples.begin(), samples.end() - static_cast<std::ptrdiff_t>(kept));
}

}  // namespace

void SampleCache::read_news(const runs::RunFolder& folder, Entry& entry) {
  struct stat status{};
  if (::stat(folder.events().c_str(), &status) != 0) status = {};
  if (status.st_ino != entry.inode || static_cast<std::uint64_t>(status.st_size) < entry.offset)
    entry = {entry.folder, 0, status.st_ino, {}};
  for (bool more = true; more;) {
    const runs::EventBatch batch = runs::read_events(folder.events(), entry.offset);
    for (const runs::Event& event : batch.events) {
      if (const auto* sample = std::get_if<runs::Sample>(&event.what)) entry.samples.push_back(*sample);
      if (const auto* resumed = std::get_if<runs::ResumedEvent>(&event.what))
        std::erase_if(entry.samples, [&](const runs::Sample& sample) { return sample.step > resumed->step; });
    }
    drop_oldest(entry.samples);
    more = batch.more && batch.offset > entry.offset;
    entry.offset = batch.offset;
  }
}

std::vector<runs::Sample> SampleCache::samples(const runs::RunFolder& folder) {
  const std::lock_guard lock(mutex_);
  const std::string path = folder.path().string();
  auto entry = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& one) { return one.folder == path; });
  if (entry == entries_.end()) {
    entries_.push_front({path, 0, 0, {}});
    if (entries_.size() > kMostRuns) entries_.pop_back();
  } else {
    entries_.splice(entries_.begin(), entries_, entry);
  }
  read_news(folder, entries_.front());
  return entries_.front().samples;
}

}  // namespace folio::serve
