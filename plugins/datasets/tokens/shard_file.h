#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace folio::tokens {

/// How a file of tokens is laid out; everything is little-endian.
///
///   nanogpt    nanoGPT's data/*/prepare.py: ids of 16 bits, nothing else
///   nanogpt32  the same with ids of 32 bits, for vocabularies beyond 65,536
///   llmc       llm.c's dev/data/data_common.py: a header of 256 numbers of 32 bits, of which the first are magic,
///              version and the count of ids, then the ids. Magic 20240520 with version 1 has ids of 16 bits (GPT-2's),
///              20240801 with version 7 of 32 bits (Llama 3's)
///   automatic  llmc where the file begins with one of its magic numbers, else nanogpt. No file of nanoGPT's with
///              GPT-2's ids begins so: the first id would be 55,432 or 55,713, and GPT-2 has 50,257
enum class ShardFormat { automatic, nanogpt, nanogpt32, llmc };

/// The ids in a file.
struct ShardTokens {
  std::size_t offset = 0;  ///< of the first id, in bytes; a multiple of its size
  std::size_t count = 0;
  int bytes_per_token = 2;
};

/// Finds the ids in a file's bytes. `name` is what messages call the file. Throws Error (run) where the file is not of
/// the format, ends too early or goes on after its ids, or has none; also where ids that are read as 16 bits look like
/// wider ones, and where the file is packed, of numpy, or one of llm.c's that holds no running text.
ShardTokens find_tokens(std::string_view bytes, ShardFormat format, const std::string& name);

}  // namespace folio::tokens
