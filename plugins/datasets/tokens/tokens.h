#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "folio/dataset.h"
#include "folio/options.h"
#include "input/find_files.h"
#include "support/mapped_file.h"
#include "tokens/shard_file.h"

namespace folio::tokens {

OptionTable options();

/// Gives the tokens in files that were made elsewhere, as they lie in the mapped files: those of the option `train`,
/// then those of `validation_files`, for evaluation. There are no documents.
class Tokens : public Dataset {
 public:
  /// `bases` is what relative paths are relative to.
  Tokens(const OptionValues& values, std::vector<std::filesystem::path> bases);

  void read(const std::function<void(Document)>&) const override {}

  /// Throws Error (experiment) when an entry is not there or a file is named twice, be it in both options, and Error
  /// (run) naming the file that cannot be read or is not laid out as find_tokens() expects.
  std::vector<TokenShard> token_shards() const override;

 private:
  TokenShard open_shard(const input::NamedFile& named, bool for_evaluation) const;

  std::vector<std::string> train_, validation_;
  ShardFormat format_;
  std::vector<std::filesystem::path> bases_;
  mutable std::vector<MappedFile> files_;  ///< what the shards point to; mapped by the first token_shards()
  mutable std::vector<TokenShard> shards_;
};

}  // namespace folio::tokens
