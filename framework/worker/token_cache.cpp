#include "worker/token_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>

#include "folio/error.h"
#include "support/cache.h"
#include "support/files.h"

namespace folio::worker {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTokensKind = "tokens";
constexpr std::uintmax_t kLargestFacts = std::uintmax_t{4} << 30;  // some hundred bytes a document

struct EntryPaths {
  fs::path training, evaluation, facts;

  EntryPaths(const fs::path& folder, const std::string& key)
      : training(folder / (key + ".training")),
        evaluation(folder / (key + ".evaluation")),
        facts(folder / (key + ".json")) {}
};

std::optional<data::EncodingFacts> load_facts(const fs::path& path) {
  try {
    return data::encoding_facts_from_json(nlohmann::json::parse(read_file(path, ErrorKind::run, kLargestFacts)));
  } catch (const std::exception&) {  // not there, or damaged
    return std::nullopt;
  }
}

std::optional<CachedTokens> load(const EntryPaths& paths) {
  auto encoded = load_facts(paths.facts);
  auto training = data::TokenFile::open(paths.training);
  auto evaluation = data::TokenFile::open(paths.evaluation);
  if (!encoded || !training || !evaluation) return std::nullopt;
  try {
    for (const data::DocumentFacts& document : encoded->documents) evaluation->samples(document.range);
  } catch (const Error&) {
    return std::nullopt;
  }
  return CachedTokens{std::move(*encoded), std::move(*training), std::move(*evaluation), true};
}

CachedTokens make(const EntryPaths& paths, const TokenFormat& format, const Encode& encode) {
  const int bytes = data::bytes_per_token(format.vocab_size);
  data::TokenFileWriter training(paths.training, bytes, format.block_size);
  data::TokenFileWriter evaluation(paths.evaluation, bytes, format.block_size);
  data::EncodingFacts encoded = encode(training, evaluation);
  training.commit();
  evaluation.commit();
  auto training_file = data::TokenFile::open(paths.training);
  auto evaluation_file = data::TokenFile::open(paths.evaluation);
  if (!training_file || !evaluation_file) {
    throw Error(
        ErrorKind::run,
        paths.training.string() +
            ": was removed as soon as it was written; is FOLIO_CACHE_LIMIT too small for the runs in progress?");
  }
  data::count_tokens(training_file->samples(), evaluation_file->samples(), format.vocab_size, encoded);
  return {std::move(encoded), std::move(*training_file), std::move(*evaluation_file), false};
}

/// Tokens that are not kept: their files go at once, and what is mapped stays until the process ends.
CachedTokens make_in(const fs::path& scratch, const TokenFormat& format, const Encode& encode) {
  const EntryPaths paths(scratch, "tokens");
  CachedTokens made = make(paths, format, encode);
  fs::remove(paths.training);
  fs::remove(paths.evaluation);
  return made;
}

/// Why nothing can be kept in the cache's folder, which is made where it is not there; empty where it can.
std::string reason_not_to_keep(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error && ::faccessat(AT_FDCWD, folder.c_str(), W_OK, AT_EACCESS) == 0) return "";
  return fmt::format(
      "the text's tokens are not kept: {} cannot be written to: {}; set FOLIO_CACHE to use another folder",
      folder.string(), error ? error.message() : std::strerror(errno));
}

/// Says what can be done where the cache's disk is full.
[[noreturn]] void rethrow_with_advice(const Error& error, const fs::path& folder) {
  const std::string message = error.what();
  if (!message.starts_with(folder.string())) throw error;
  throw Error(error.kind(), fmt::format("{}\nThe text's tokens are kept in {}: set FOLIO_CACHE to use another folder, "
                                        "or empty this one with `runner cache --clear`",
                                        message, folder.string()));
}

}  // namespace

CachedTokens load_or_encode(const std::string& key, const fs::path& scratch, const TokenFormat& format,
                            const Encode& encode) {
  const fs::path cache = cache_folder();
  if (cache.empty()) return make_in(scratch, format, encode);
  const std::uintmax_t limit = cache_limit();
  const fs::path folder = cache / kTokensKind;
  const EntryPaths paths(folder, key);
  if (auto cached = load(paths)) {
    mark_used(cache, kTokensKind, key);
    return std::move(*cached);
  }
  if (std::string reason = scratch.empty() ? "" : reason_not_to_keep(folder); !reason.empty()) {
    CachedTokens made = make_in(scratch, format, encode);
    made.note = std::move(reason);
    return made;
  }
  try {
    make_directories(folder);
    CachedTokens made = make(paths, format, encode);
    write_file_atomically(paths.facts, to_json(made.encoded).dump() + "\n");
    trim_cache(cache, limit);
    return made;
  } catch (const Error& error) {
    rethrow_with_advice(error, folder);
  }
}

data::EncodingFacts load_or_measure(const std::string& key, const std::function<data::EncodingFacts()>& measure) {
  const fs::path cache = cache_folder();
  if (cache.empty()) return measure();
  const fs::path facts = EntryPaths(cache / kTokensKind, key).facts;
  if (auto known = load_facts(facts)) {
    mark_used(cache, kTokensKind, key);
    return *known;
  }
  data::EncodingFacts measured = measure();
  try {
    make_directories(facts.parent_path());
    write_file_atomically(facts, to_json(measured).dump() + "\n");
  } catch (const Error& error) {
    fmt::print(stderr, "What was measured of the tokens was not cached: {}\n", error.what());
  }
  return measured;
}

}  // namespace folio::worker
