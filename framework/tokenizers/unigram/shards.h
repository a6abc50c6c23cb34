#pragma once

#include <cstddef>
#include <functional>

namespace folio::unigram {

/// Calls `work` with each of 0, 1 ... count - 1 once, on all processors. What it throws passes to the caller. Where the
/// parts' results are put together in the parts' order, the sum depends on their number, not on that of the threads.
void for_each_shard(std::size_t count, const std::function<void(std::size_t shard)>& work);

}  // namespace folio::unigram
