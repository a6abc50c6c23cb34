#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "folio/tokenizer.h"

namespace folio::worker {

/// A trained tokenizer is kept as tokenizer.json under the hash of everything that decides it, in the user's cache
/// folder (XDG_CACHE_HOME/folio/tokenizers, else ~/.cache/folio/tokenizers). FOLIO_TOKENIZER_CACHE names another
/// folder, and the value "off" trains anew each time.
std::filesystem::path tokenizer_cache_file(const std::string& identity, const std::string& text_hash);

/// Loads the tokenizer from the cache or calls `train` and keeps what it learned. Gives whether it was in the cache. A
/// damaged entry counts as absent; a cache that cannot be written is no reason to stop.
bool load_or_train(Tokenizer& tokenizer, const std::filesystem::path& cache_file, const std::function<void()>& train);

}  // namespace folio::worker
