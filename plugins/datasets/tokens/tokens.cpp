#include "tokens/tokens.h"

#include <bit>
#include <set>
#include <utility>

#include "folio/error.h"
#include "support/sha256.h"

namespace folio::tokens {
namespace {

static_assert(std::endian::native == std::endian::little, "the files are little-endian, and are read as they lie");

ShardFormat format_named(const std::string& name) {
  if (name == "llmc") return ShardFormat::llmc;
  if (name == "nanogpt32") return ShardFormat::nanogpt32;
  return name == "nanogpt" ? ShardFormat::nanogpt : ShardFormat::automatic;
}

std::string hash_of(const MappedFile& file) {
  Sha256 hash;
  file.for_each_part([&](std::size_t begin, std::size_t end) { hash.update(file.bytes().substr(begin, end - begin)); });
  return hash.hex_digest();
}

input::FileSearch search_for(const char* option, const std::vector<std::filesystem::path>& bases) {
  return {.option = option, .bases = bases, .suffixes = {".bin"}, .names = {}, .names_place = {}};
}

/// A model that is evaluated on what it was trained on looks better than it is.
void check_apart(const std::vector<input::NamedFile>& train, const std::vector<input::NamedFile>& validation) {
  std::set<std::filesystem::path> trained_on;
  for (const input::NamedFile& named : train) trained_on.insert(std::filesystem::weakly_canonical(named.file));
  for (const input::NamedFile& named : validation) {
    if (trained_on.contains(std::filesystem::weakly_canonical(named.file))) {
      throw Error(ErrorKind::experiment,
                  "dataset.validation_files: " + named.file.string() + " is also one of the files of dataset.train");
    }
  }
}

}  // namespace

OptionTable options() {
  return OptionTable{
      text_list("train").help("files, folders (their *.bin) or globs with the tokens to train on, in this order"),
      text_list("validation_files", std::vector<std::string>{})
          .help("the same for evaluation; without it there is no evaluation"),
      text("format", "auto")
          .choices({"auto", "nanogpt", "nanogpt32", "llmc"})
          .help("format of the files; auto is llm.c's if its header is there, otherwise nanoGPT's"),
  };
}

Tokens::Tokens(const OptionValues& values, std::vector<std::filesystem::path> bases)
    : train_(values.text_list("train")),
      validation_(values.text_list("validation_files")),
      format_(format_named(values.text("format"))),
      bases_(std::move(bases)) {}

std::vector<TokenShard> Tokens::token_shards() const {
  if (!shards_.empty()) return shards_;
  const auto train = input::find_files(search_for("dataset.train", bases_), train_);
  std::vector<input::NamedFile> validation;
  if (!validation_.empty()) validation = input::find_files(search_for("dataset.validation_files", bases_), validation_);
  check_apart(train, validation);
  std::vector<TokenShard> shards;
  for (const input::NamedFile& named : train) shards.push_back(open_shard(named, false));
  for (const input::NamedFile& named : validation) shards.push_back(open_shard(named, true));
  shards_ = std::move(shards);
  return shards_;
}

TokenShard Tokens::open_shard(const input::NamedFile& named, bool for_evaluation) const {
  const std::string path = named.file.string();
  const MappedFile& file = files_.emplace_back(named.file);
  const ShardTokens tokens = find_tokens(file.bytes(), format_, path);
  return {.name = named.name,
          .tokens = reinterpret_cast<const std::byte*>(file.bytes().data()) + tokens.offset,
          .count = tokens.count,
          .bytes_per_token = tokens.bytes_per_token,
          .provenance = {.source = path, .source_hash = hash_of(file), .stand_in = false, .note = {}},
          .for_evaluation = for_evaluation};
}

}  // namespace folio::tokens
