#pragma once

#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <vector>

#include "runs/record/run.h"

namespace folio::serve {

/// The texts that runs wrote while they trained. Of a run that is asked for again only what its events have grown by is
/// read. Any thread may ask.
class SampleCache {
 public:
  /// In their order, those that a resumed run superseded left out; the last ones where there are more than a page
  /// needs. Throws Error (store) where the events cannot be read.
  std::vector<runs::Sample> samples(const runs::RunFolder& folder);

 private:
  struct Entry {
    std::string folder;
    std::uint64_t offset = 0;
    std::uint64_t inode = 0;  // of the events: another file begins anew
    std::vector<runs::Sample> samples;
  };

  void read_news(const runs::RunFolder& folder, Entry& entry);

  std::mutex mutex_;
  std::list<Entry> entries_;  // the last used first
};

}  // namespace folio::serve
