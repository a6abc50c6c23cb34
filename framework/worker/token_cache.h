#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "data/encoding.h"
#include "data/token_file.h"

namespace folio::worker {

/// A corpus' tokens, in mapped files.
struct CachedTokens {
  data::EncodingFacts encoded;
  data::TokenFile training;
  data::TokenFile evaluation;
  bool were_cached = false;
  std::string note{};  ///< why they could not be kept; empty where they are, or where there is to be no cache
};

/// How the token files of a job are made.
struct TokenFormat {
  std::int64_t vocab_size;
  std::uint64_t block_size;
};

using Encode = std::function<data::EncodingFacts(data::TokenFileWriter& training, data::TokenFileWriter& evaluation)>;

/// Takes a corpus' tokens from the cache (support/cache.h, kind "tokens"), or calls `encode` and keeps what it wrote:
/// KEY.training, KEY.evaluation and, last, KEY.json. `key` is the hash of everything that decides the tokens. A damaged
/// entry counts as absent. Where there is to be no cache the files lie in `scratch` until this process ends. Throws
/// Error (run) where the disk is full.
CachedTokens load_or_encode(const std::string& key, const std::filesystem::path& scratch, const TokenFormat& format,
                            const Encode& encode);

/// The same for what is known of the tokens of a data set that gives them itself, which are not copied.
data::EncodingFacts load_or_measure(const std::string& key, const std::function<data::EncodingFacts()>& measure);

}  // namespace folio::worker
