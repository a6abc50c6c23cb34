#pragma once

#include <cstdint>
#include <vector>

namespace folio::data {

/// The order in which epoch `epoch` takes `count` samples: Hugging Face Trainer's, torch.randperm from a CPU generator
/// seeded with seed + epoch. A function of its arguments alone. Without shuffling: as they stand.
std::vector<std::int64_t> sample_order(std::int64_t count, bool shuffle, std::uint64_t seed, std::int64_t epoch);

}  // namespace folio::data
