#include "data/token_shards.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <thread>

#include "folio/error.h"
#include "support/human.h"
#include "support/ordered_pool.h"
#include "support/sha256.h"

namespace folio::data {
namespace {

/// A stretch of a shard that one thread decodes. At its ends a character may be cut in two, so that a few bytes in
/// hundreds of thousands are counted wrong.
constexpr std::size_t kTokensOfJob = 1 << 18;

std::size_t bytes_of(const TokenShard& shard) { return shard.count * static_cast<std::size_t>(shard.bytes_per_token); }

std::int64_t token_at(const TokenShard& shard, std::size_t place) {
  std::uint32_t id = 0;
  const auto width = static_cast<std::size_t>(shard.bytes_per_token);
  std::memcpy(&id, shard.tokens + place * width, width);
  return id;
}

struct ShardJob {
  std::size_t shard;
  std::size_t begin, end;
  std::int64_t bytes = 0;  ///< of text
};

void check_id(const TokenShard& shard, std::size_t place, std::int64_t vocab_size) {
  const std::int64_t id = token_at(shard, place);
  if (id < vocab_size) return;
  const std::string& path = shard.provenance.source;
  throw Error(ErrorKind::experiment, fmt::format("{}: token number {} is {}, but the tokenizer has {} tokens: expected "
                                                 "ids below that, so use the tokenizer that the shard was made with",
                                                 path.empty() ? shard.name : path,
                                                 with_commas(static_cast<std::int64_t>(place)), id, vocab_size));
}

void measure(ShardJob& job, const TokenShard& shard, const Tokenizer& tokenizer) {
  std::vector<TokenId> ids;
  ids.reserve(job.end - job.begin);
  const std::int64_t vocab_size = tokenizer.vocab_size();
  for (std::size_t place = job.begin; place < job.end; ++place) {
    check_id(shard, place, vocab_size);
    ids.push_back(static_cast<TokenId>(token_at(shard, place)));
  }
  job.bytes = static_cast<std::int64_t>(tokenizer.decode(ids, /*skip_special_tokens=*/true).size());
}

void add(PartFacts& facts, const ShardJob& job) {
  facts.bytes += job.bytes;
  facts.encoded_bytes += job.bytes;
  facts.encoded_tokens += static_cast<std::int64_t>(job.end - job.begin);
}

}  // namespace

Samples cut_shards(const std::vector<TokenShard>& shards, bool for_evaluation, std::int64_t size) {
  std::vector<Samples::Extent> extents;
  for (const TokenShard& shard : shards) {
    if (shard.for_evaluation != for_evaluation) continue;
    const auto samples = static_cast<std::int64_t>(shard.count) / size;
    extents.push_back({shard.tokens, shard.bytes_per_token, samples, nullptr, static_cast<std::uint64_t>(size)});
  }
  return Samples(extents, nullptr);
}

Corpus survey_shards(const std::vector<TokenShard>& shards) {
  Corpus corpus;
  Sha256 hash;
  bool any = false;
  for (const TokenShard& shard : shards) {
    const std::string& given = shard.provenance.source_hash;
    const std::string content =
        !given.empty() ? given : sha256_hex({reinterpret_cast<const char*>(shard.tokens), bytes_of(shard)});
    hash.update(shard.name + '\0' + std::to_string(shard.count) + '\0' + (shard.for_evaluation ? "evaluation" : "") +
                '\0' + content);
    corpus.sources.push_back({shard.name, shard.provenance, 1});
    corpus.stand_in = corpus.stand_in || shard.provenance.stand_in;
    any = any || (!shard.for_evaluation && shard.count > 0);
    ++corpus.documents;
  }
  if (!any) throw Error(ErrorKind::run, "dataset: none of its shards has tokens to train on");
  corpus.hash = hash.hex_digest();
  return corpus;
}

void check_ids(const std::vector<TokenShard>& shards, std::int64_t vocab_size, std::size_t most) {
  for (const TokenShard& shard : shards) {
    const std::size_t first_end = std::min(most, shard.count);
    for (std::size_t place = 0; place < first_end; ++place) check_id(shard, place, vocab_size);
    for (std::size_t place = std::max(first_end, shard.count - first_end); place < shard.count; ++place)
      check_id(shard, place, vocab_size);
  }
}

EncodingFacts measure_shards(const std::vector<TokenShard>& shards, const Corpus& corpus, const Tokenizer& tokenizer,
                             std::int64_t size, bool each_document, const Progress& progress) {
  EncodingFacts facts;
  std::vector<PartFacts> of_shards(shards.size());
  double done = 0, total = 0;
  for (const TokenShard& shard : shards) total += static_cast<double>(bytes_of(shard));
  OrderedPool<ShardJob> pool(
      std::max(1U, std::thread::hardware_concurrency()),
      [&](ShardJob& job, std::size_t) { measure(job, shards[job.shard], tokenizer); },
      [&](ShardJob& job) {
        add(of_shards[job.shard], job);
        add(shards[job.shard].for_evaluation ? facts.evaluation : facts.training, job);
        done += static_cast<double>(job.end - job.begin) * shards[job.shard].bytes_per_token;
        progress(done, total);
      });
  for (std::size_t shard = 0; shard < shards.size(); ++shard)
    for (std::size_t begin = 0; begin < shards[shard].count; begin += kTokensOfJob)
      pool.add({shard, begin, std::min(begin + kTokensOfJob, shards[shard].count)});
  pool.finish_all();

  Sha256 hash;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    if (!shards[i].for_evaluation) continue;
    hash.update(corpus.sources[i].document + '\0' + corpus.sources[i].provenance.source_hash + '\0');
    if (each_document) facts.documents.push_back({shards[i].name, {}, of_shards[i]});
  }
  facts.evaluation_hash = hash.hex_digest();
  count_tokens(cut_shards(shards, false, size), cut_shards(shards, true, size), tokenizer.vocab_size(), facts);
  return facts;
}

}  // namespace folio::data
