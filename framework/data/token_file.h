#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "data/samples.h"
#include "folio/tokenizer.h"
#include "support/files.h"

namespace folio::data {

/// A text's tokens and where its samples lie in them, as a file that is mapped. All numbers are little-endian:
///
///   header   64 bytes: "FOLIOTOK", version (4 bytes), bytes per token (4 bytes: 2 or 4), tokens, samples, block size
///            (8 bytes each), zeros
///   tokens   unsigned, then zeros up to a multiple of 8 bytes
///   samples  where the block size is 0: first token and length of each (8 bytes each); else the samples are blocks of
///            that many tokens in a row, and nothing stands here
///
/// Neither writing nor reading takes memory in proportion to the text. Tokens go to the file as they come; the samples
/// follow at the end, and where there are many they wait for that in a second file without a name; the header, which
/// counts both, is written over the zeros at the front last of all. Such a file is whole or not there at all (see
/// AtomicFile). It is mapped to be read, so that samples can be taken in any order and the system may drop its pages.
/// Opening it checks the bounds of every sample once, so that reading one need not.
class TokenFileWriter {
 public:
  /// `block_size` 0: samples are added one by one. Throws Error (run) where the disk is full, as the other functions
  /// do.
  TokenFileWriter(const std::filesystem::path& path, int bytes_per_token, std::uint64_t block_size);

  void add_tokens(std::span<const TokenId> ids);
  void add_sample(std::uint64_t begin, std::uint64_t length);

  std::uint64_t token_count() const { return tokens_; }
  std::uint64_t sample_count() const { return block_size_ > 0 ? tokens_ / block_size_ : samples_; }

  /// Call once, last.
  void commit();

 private:
  void spill_samples();

  AtomicFile file_;
  std::filesystem::path folder_;
  int bytes_per_token_;
  std::uint64_t block_size_;
  std::uint64_t tokens_ = 0;
  std::uint64_t samples_ = 0;
  std::vector<char> buffer_;                 ///< of tokens
  std::vector<Samples::Stretch> stretches_;  ///< the latest; those before are in spill_
  FileDescriptor spill_;                     ///< without a name, so that it is gone with this process
};

/// A part of a token file: the tokens of one document.
struct TokenRange {
  std::uint64_t first_token = 0;
  std::uint64_t tokens = 0;
  std::uint64_t first_sample = 0;  ///< these two only where samples are no blocks
  std::uint64_t samples = 0;
};

/// A token file in memory.
class TokenFile {
 public:
  /// None where the file is not there, is damaged (as far as its sizes show) or comes from another version.
  static std::optional<TokenFile> open(const std::filesystem::path& path);

  Samples samples() const;

  /// Those of a document alone; blocks begin at its first token. Throws Error (run) for what is not within the file.
  Samples samples(const TokenRange& range) const;

 private:
  struct Mapping;
  std::shared_ptr<const Mapping> mapping_;
};

/// The fewest bytes (2 or 4) that hold the ids of a vocabulary.
int bytes_per_token(std::int64_t vocab_size);

}  // namespace folio::data
