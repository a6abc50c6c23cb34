#pragma once

#include <functional>
#include <string>

#include "folio/tokenizer.h"

namespace folio::worker {

/// A trained tokenizer is kept as tokenizers/KEY.json in the cache (support/cache.h); `key` is the hash of everything
/// that decides it. Loads it from there, or calls `train` and keeps what it learned. Gives whether it was in the cache.
/// A damaged entry counts as absent; a cache that cannot be written is no reason to stop.
bool load_or_train(Tokenizer& tokenizer, const std::string& key, const std::function<void()>& train);

}  // namespace folio::worker
