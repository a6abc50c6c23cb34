#include "data/encoding.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "folio/error.h"
#include "support/ordered_pool.h"
#include "support/sha256.h"

namespace folio::data {
namespace {

using nlohmann::json;

/// Jobs of this size keep both the cost of handing them over and the memory small.
constexpr std::size_t kBytesOfJob = 1 << 16;

/// A stretch of text that is encoded on its own.
struct Unit {
  std::size_t end;  ///< in Job::text
  bool evaluation;
  bool continues;  ///< goes on from the unit before
  bool ends;       ///< the document's part
  std::int64_t document;
  std::size_t ids_end = 0;  ///< in Job::ids
};

struct Job {
  std::string text;
  std::vector<Unit> units;
  std::vector<TokenId> ids;
};

void encode(Job& job, const Tokenizer& tokenizer) {
  std::size_t begin = 0;
  for (Unit& unit : job.units) {
    const std::string_view text = std::string_view(job.text).substr(begin, unit.end - begin);
    const std::vector<TokenId> ids = unit.continues ? tokenizer.encode_rest(text) : tokenizer.encode(text);
    job.ids.insert(job.ids.end(), ids.begin(), ids.end());
    unit.ids_end = job.ids.size();
    begin = unit.end;
  }
}

/// Writes one part's tokens, in order, and says which of them make a sample.
class PartWriter {
 public:
  PartWriter(const DataOptions& options, std::optional<TokenId> end_of_text, TokenFileWriter& file, PartFacts& facts)
      : options_(options), end_of_text_(end_of_text), file_(file), facts_(facts) {}

  void add(std::span<const TokenId> ids, std::size_t bytes, bool ends) {
    facts_.encoded_bytes += static_cast<std::int64_t>(bytes);
    facts_.encoded_tokens += static_cast<std::int64_t>(ids.size());
    const std::uint64_t first = file_.token_count();
    file_.add_tokens(ids);
    if (options_.by == SplitBy::characters) {
      if (!ids.empty()) file_.add_sample(first, ids.size());
      return;
    }
    if (!ends) return;
    if (end_of_text_) file_.add_tokens({&*end_of_text_, 1});
    if (options_.by == SplitBy::document) cut_document();
    document_begin_ = file_.token_count();
  }

 private:
  void cut_document() {
    const std::uint64_t count = file_.token_count() - document_begin_;
    const auto size = static_cast<std::uint64_t>(options_.size);
    for (std::uint64_t begin = 0; begin < count; begin += static_cast<std::uint64_t>(options_.stride)) {
      const std::uint64_t length = std::min(size, count - begin);
      // One token has nothing after it to be learned.
      if (length >= 2) file_.add_sample(document_begin_ + begin, length);
      if (begin + size >= count) break;
    }
  }

  const DataOptions& options_;
  std::optional<TokenId> end_of_text_;
  TokenFileWriter& file_;
  PartFacts& facts_;
  std::uint64_t document_begin_ = 0;
};

/// Makes jobs of the texts that it is given.
class JobMaker {
 public:
  JobMaker(const DataOptions& options, OrderedPool<Job>& pool) : options_(options), pool_(pool) {}

  void add(const Text& text) {
    if (options_.by == SplitBy::characters) return add_chunks(text);
    add_unit(text.text, text, text.ends, is_within_part_);
    is_within_part_ = !text.ends;
  }

  void finish() {
    if (!job_.units.empty()) pool_.add(std::exchange(job_, {}));
    pool_.finish_all();
  }

 private:
  /// Whole chunks; what is over waits for the document's next piece.
  void add_chunks(const Text& text) {
    std::size_t begin = 0;
    if (const std::int64_t carried = count_characters(carry_); carried > 0) {
      begin = skip_characters(text.text, 0, options_.size - carried);
      carry_ += text.text.substr(0, begin);
      if (count_characters(carry_) == options_.size) add_unit(std::exchange(carry_, {}), text, false);
    }
    while (begin < text.text.size()) {
      const std::size_t end = skip_characters(text.text, begin, options_.size);
      const std::string_view chunk = text.text.substr(begin, end - begin);
      begin = end;
      if (end == text.text.size() && count_characters(chunk) < options_.size)
        carry_ = chunk;
      else
        add_unit(chunk, text, false);
    }
    if (text.ends) carry_.clear();
  }

  void add_unit(std::string_view text, const Text& from, bool ends, bool continues = false) {
    job_.text += text;
    job_.units.push_back({job_.text.size(), from.evaluation, continues, ends, from.document});
    if (job_.text.size() >= kBytesOfJob) pool_.add(std::exchange(job_, {}));
  }

  const DataOptions& options_;
  OrderedPool<Job>& pool_;
  Job job_;
  std::string carry_;
  bool is_within_part_ = false;
};

/// Which tokens and samples of the evaluation part are whose.
class DocumentRecord {
 public:
  explicit DocumentRecord(std::vector<DocumentFacts>& documents) : documents_(documents) {}

  /// Before the part's text is encoded.
  void expect(const Text& text) {
    if (!numbers_.empty() && numbers_.back() == text.document) return;
    if (!names_.insert(*text.name).second) {
      throw Error(
          ErrorKind::experiment,
          "training.eval_each_document needs documents with different names, but two are named '" + *text.name + "'");
    }
    numbers_.push_back(text.document);
    documents_.push_back({*text.name, {}, {}});
    if (documents_.size() > kMostEvaluatedDocuments) {
      throw Error(ErrorKind::experiment, "training.eval_each_document accepts at most " +
                                             std::to_string(kMostEvaluatedDocuments) +
                                             " documents with a validation part, but the data set has more");
    }
  }

  /// After a unit of the part was written.
  void written(const Unit& unit, std::size_t bytes, std::size_t ids, const TokenFileWriter& file) {
    const auto found = std::lower_bound(numbers_.begin(), numbers_.end(), unit.document);
    DocumentFacts& document = documents_[static_cast<std::size_t>(found - numbers_.begin())];
    if (document.facts.encoded_bytes == 0) {
      document.range.first_token = last_tokens_;
      document.range.first_sample = last_samples_;
    }
    document.facts.encoded_bytes += static_cast<std::int64_t>(bytes);
    document.facts.encoded_tokens += static_cast<std::int64_t>(ids);
    last_tokens_ = file.token_count();
    last_samples_ = file.sample_count();
    document.range.tokens = last_tokens_ - document.range.first_token;
    document.range.samples = last_samples_ - document.range.first_sample;
  }

 private:
  std::vector<DocumentFacts>& documents_;
  std::vector<std::int64_t> numbers_;  ///< of the documents, rising
  std::set<std::string> names_;
  std::uint64_t last_tokens_ = 0, last_samples_ = 0;
};

/// Where the documents of the evaluation part end among its samples.
class DocumentEnds {
 public:
  explicit DocumentEnds(std::vector<std::int64_t>& ends) : ends_(ends) {}

  /// Before a unit of this document is written to the part's file.
  void begin(std::int64_t document, const TokenFileWriter& file) {
    if (document == document_) return;
    end(file);
    document_ = document;
  }

  void end(const TokenFileWriter& file) {
    const auto samples = static_cast<std::int64_t>(file.sample_count());
    if (too_many_ || samples == (ends_.empty() ? 0 : ends_.back())) return;
    ends_.push_back(samples);
    too_many_ = ends_.size() > kMostDocumentEnds;
    if (too_many_) ends_.clear();
  }

 private:
  std::vector<std::int64_t>& ends_;
  std::int64_t document_ = -1;
  bool too_many_ = false;
};

json to_json(const PartFacts& facts) {
  return {{"bytes", facts.bytes},
          {"characters", facts.characters},
          {"words", facts.words},
          {"encoded_bytes", facts.encoded_bytes},
          {"encoded_tokens", facts.encoded_tokens}};
}

PartFacts part_from_json(const json& facts) {
  return {facts.at("bytes"), facts.at("characters"), facts.at("words"), facts.at("encoded_bytes"),
          facts.at("encoded_tokens")};
}

json to_json(const std::optional<SeenText>& seen) {
  if (!seen) return nullptr;
  return {{"share", seen->share},
          {"document", seen->document ? json(*seen->document) : json(nullptr)},
          {"name", seen->name}};
}

std::optional<SeenText> seen_from_json(const json& stored) {
  if (stored.is_null()) return std::nullopt;
  SeenText seen{stored.at("share"), {}, stored.at("name")};
  if (const json& document = stored.at("document"); !document.is_null()) seen.document = document.get<std::int64_t>();
  return seen;
}

}  // namespace

std::uint64_t block_size(const DataOptions& options) {
  return options.by == SplitBy::tokens ? static_cast<std::uint64_t>(options.size) : 0;
}

EncodingFacts encode_corpus(const Dataset& dataset, const Corpus& corpus, const Tokenizer& tokenizer,
                            const DataOptions& options, bool each_document, TokenFileWriter& training,
                            TokenFileWriter& evaluation, const Progress& progress) {
  EncodingFacts facts;
  const auto end_of_text = tokenizer.special_token_id(SpecialToken::end_of_text);
  PartWriter training_part(options, end_of_text, training, facts.training);
  PartWriter evaluation_part(options, end_of_text, evaluation, facts.evaluation);
  DocumentRecord record(facts.documents);
  DocumentEnds ends(facts.evaluation_document_ends);
  std::int64_t done = 0;

  const auto write = [&](Job& job) {
    std::size_t begin = 0, ids_begin = 0;
    for (const Unit& unit : job.units) {
      const auto ids = std::span<const TokenId>(job.ids).subspan(ids_begin, unit.ids_end - ids_begin);
      if (unit.evaluation) ends.begin(unit.document, evaluation);
      (unit.evaluation ? evaluation_part : training_part).add(ids, unit.end - begin, unit.ends);
      if (each_document && unit.evaluation) record.written(unit, unit.end - begin, ids.size(), evaluation);
      begin = unit.end;
      ids_begin = unit.ids_end;
    }
    done += static_cast<std::int64_t>(job.text.size());
    progress(static_cast<double>(done), static_cast<double>(corpus.bytes));
  };
  OrderedPool<Job> pool(
      std::max(1U, std::thread::hardware_concurrency()), [&](Job& job, std::size_t) { encode(job, tokenizer); }, write);
  JobMaker jobs(options, pool);
  Sha256 hash;
  SeenTextSearch seen(dataset, corpus, options.validation);
  read_texts(dataset, corpus, options.validation, [&](const Text& text) {
    PartFacts& part = text.evaluation ? facts.evaluation : facts.training;
    part.bytes += static_cast<std::int64_t>(text.text.size());
    part.characters += count_characters(text.text);
    part.words += count_words(text.text);
    if (text.evaluation)
      hash.update(text.text);
    else
      seen.look_in(text);
    if (each_document && text.evaluation) record.expect(text);
    jobs.add(text);
  });
  jobs.finish();
  ends.end(evaluation);
  progress(static_cast<double>(corpus.bytes), static_cast<double>(corpus.bytes));
  facts.evaluation_hash = hash.hex_digest();
  facts.seen = seen.result();
  return facts;
}

void count_tokens(const Samples& training, const Samples& evaluation, std::int64_t vocab_size, EncodingFacts& facts) {
  const TokenCounts counts(training, vocab_size);
  facts.distinct_tokens = counts.distinct();
  facts.unigram_loss = counts.entropy();
  facts.evaluation_unigram_loss = counts.loss_on(evaluation);
}

nlohmann::json to_json(const EncodingFacts& facts) {
  json documents = json::array();
  for (const DocumentFacts& document : facts.documents) {
    documents.push_back({{"name", document.name},
                         {"first_token", document.range.first_token},
                         {"tokens", document.range.tokens},
                         {"first_sample", document.range.first_sample},
                         {"samples", document.range.samples},
                         {"facts", to_json(document.facts)}});
  }
  return {{"training", to_json(facts.training)},
          {"evaluation", to_json(facts.evaluation)},
          {"evaluation_hash", facts.evaluation_hash},
          {"unigram_loss", facts.unigram_loss},
          {"distinct_tokens", facts.distinct_tokens},
          {"documents", documents},
          {"evaluation_unigram_loss", facts.evaluation_unigram_loss},
          {"evaluation_document_ends", facts.evaluation_document_ends},
          {"seen", to_json(facts.seen)}};
}

EncodingFacts encoding_facts_from_json(const nlohmann::json& stored) {
  EncodingFacts facts;
  facts.training = part_from_json(stored.at("training"));
  facts.evaluation = part_from_json(stored.at("evaluation"));
  facts.evaluation_hash = stored.at("evaluation_hash");
  facts.evaluation_document_ends = stored.at("evaluation_document_ends").get<std::vector<std::int64_t>>();
  facts.distinct_tokens = stored.at("distinct_tokens");
  facts.unigram_loss = stored.at("unigram_loss");
  facts.evaluation_unigram_loss = stored.at("evaluation_unigram_loss");
  facts.seen = seen_from_json(stored.at("seen"));
  for (const json& document : stored.at("documents")) {
    facts.documents.push_back(
        {document.at("name"),
         {document.at("first_token"), document.at("tokens"), document.at("first_sample"), document.at("samples")},
         part_from_json(document.at("facts"))});
  }
  return facts;
}

void SampleEstimate::add(const Text& text) {
  document_bytes_ += static_cast<std::int64_t>(text.text.size());
  document_characters_ += count_characters(text.text);
  if (!text.ends) return;
  bytes_ += document_bytes_;
  if (options_.by == SplitBy::characters) samples_ += document_characters_ / options_.size;
  if (options_.by == SplitBy::document) {
    const double past_first =
        static_cast<double>(document_bytes_) / bytes_per_token_ - static_cast<double>(options_.size);
    samples_ += 1 + std::llround(std::ceil(std::max(past_first, 0.0) / static_cast<double>(options_.stride)));
  }
  document_bytes_ = document_characters_ = 0;
}

std::int64_t SampleEstimate::samples() const {
  if (options_.by != SplitBy::tokens) return samples_;
  return static_cast<std::int64_t>(static_cast<double>(bytes_) / bytes_per_token_) / options_.size;
}

}  // namespace folio::data
