#pragma once

#include <string>
#include <vector>

#include "data/encoding.h"
#include "folio/dataset.h"
#include "folio/tokenizer.h"

namespace folio::data {

/// The shards of a data set that gives tokens, used where they lie: each cut into blocks of `size` on its own, a
/// shorter rest dropped.
Samples cut_shards(const std::vector<TokenShard>& shards, bool for_evaluation, std::int64_t size);

/// What survey() tells of documents: each shard counts as one, with no characters known, and its hash stands for its
/// content. Throws Error (run) when there is nothing to train on.
Corpus survey_shards(const std::vector<TokenShard>& shards);

/// Throws Error (experiment) naming shard, position and id where one of the first or the last `most` ids of a shard is
/// not below `vocab_size`.
void check_ids(const std::vector<TokenShard>& shards, std::int64_t vocab_size, std::size_t most);

/// Checks every id and counts the bytes of the text that the tokens stand for, on all processors. Throws Error
/// (experiment) naming shard, position and id where an id is not below the tokenizer's vocab_size. `progress` is told
/// bytes of the shards.
EncodingFacts measure_shards(const std::vector<TokenShard>& shards, const Corpus& corpus, const Tokenizer& tokenizer,
                             std::int64_t size, bool each_document, const Progress& progress);

}  // namespace folio::data
