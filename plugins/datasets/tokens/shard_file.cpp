#include "tokens/shard_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "folio/error.h"

namespace folio::tokens {
namespace {

constexpr std::size_t kHeaderSize = 256 * 4;

/// The two kinds of llm.c's files.
struct LlmcKind {
  std::int32_t magic;
  std::int32_t version;
  int bytes_per_token;
};
constexpr LlmcKind kLlmcKinds[] = {{20240520, 1, 2}, {20240801, 7, 4}};

/// What its files of multiple choice begin with.
constexpr std::int32_t kLlmcChoices = 20240522;

/// The number at this place of the header.
std::int32_t header_number(std::string_view bytes, std::size_t index) {
  std::int32_t number = 0;
  std::memcpy(&number, bytes.data() + index * sizeof number, sizeof number);
  return number;
}

const LlmcKind* llmc_kind(std::string_view bytes) {
  if (bytes.size() < sizeof(std::int32_t)) return nullptr;
  for (const LlmcKind& kind : kLlmcKinds)
    if (header_number(bytes, 0) == kind.magic) return &kind;
  return nullptr;
}

[[noreturn]] void fail(const std::string& name, const std::string& problem) {
  throw Error(ErrorKind::run, name + ": " + problem);
}

ShardTokens find_llmc(std::string_view bytes, const std::string& name) {
  const LlmcKind* const kind = llmc_kind(bytes);
  if (kind == nullptr) {
    fail(name, fmt::format("is not an llm.c token file: it does not begin with the number {} or {}",
                           kLlmcKinds[0].magic, kLlmcKinds[1].magic));
  }
  if (bytes.size() < kHeaderSize)
    fail(name, fmt::format("ends inside llm.c's header: {} of {} bytes", bytes.size(), kHeaderSize));
  if (header_number(bytes, 1) != kind->version) {
    fail(name, fmt::format("has version {} of llm.c's format, expected {} with the magic number {}",
                           header_number(bytes, 1), kind->version, kind->magic));
  }
  const std::int64_t count = header_number(bytes, 2);
  if (count < 0) fail(name, fmt::format("has a header that gives {} tokens", count));
  const std::uint64_t expected = kHeaderSize + static_cast<std::uint64_t>(count * kind->bytes_per_token);
  if (bytes.size() != expected) {
    const int other_width = kind->bytes_per_token == 2 ? 4 : 2;
    const bool is_other_width = bytes.size() == kHeaderSize + static_cast<std::uint64_t>(count * other_width);
    fail(name, fmt::format("has {} bytes, but its header gives {} tokens of {} bytes, which makes {} bytes{}",
                           bytes.size(), count, kind->bytes_per_token, expected,
                           is_other_width            ? fmt::format(": its tokens have {} bytes each", other_width)
                           : bytes.size() < expected ? ": its end is missing"
                                                     : ""));
  }
  return {kHeaderSize, static_cast<std::size_t>(count), kind->bytes_per_token};
}

/// The bits of an id where what is read as ids of 16 bits looks like wider ones, low half first; else 16.
int suspected_bits(std::string_view bytes) {
  constexpr std::size_t kLookedAt = 1 << 16, kFewest = 16;
  constexpr std::uint16_t kHighest = 3;  // the upper halves of ids below 262,144
  std::size_t zeros[4] = {}, count = 0;
  std::uint16_t highest[4] = {};
  for (; count < kLookedAt && (count + 1) * 2 <= bytes.size(); ++count) {
    std::uint16_t number = 0;
    std::memcpy(&number, bytes.data() + count * 2, sizeof number);
    zeros[count % 4] += number == 0 ? 1 : 0;
    highest[count % 4] = std::max(highest[count % 4], number);
  }
  const std::size_t quarter = count / 4;
  if (count < kFewest || zeros[0] >= quarter) return 16;
  if (zeros[2] >= quarter && zeros[3] >= quarter && highest[1] <= kHighest) return 64;
  const bool all_zero = zeros[1] >= quarter && zeros[3] >= quarter;
  const bool all_small = std::max(highest[1], highest[3]) <= kHighest && std::max(highest[0], highest[2]) > 1000;
  return all_zero || all_small ? 32 : 16;
}

ShardTokens find_nanogpt(std::string_view bytes, int bytes_per_token, const std::string& name) {
  const auto width = static_cast<std::size_t>(bytes_per_token);
  if (bytes.size() % width != 0)
    fail(name, fmt::format("has {} bytes, which is not a whole number of tokens of {} bytes", bytes.size(), width));
  const int bits = width == 2 ? suspected_bits(bytes) : 32;
  if (bits > 8 * bytes_per_token) {
    fail(name, fmt::format("looks like {0}-bit ids, since their upper halves are nearly all zeros; expected 16-bit ids "
                           "(numpy's uint16){1}",
                           bits, bits == 32 ? ", or format: nanogpt32" : ""));
  }
  return {0, bytes.size() / width, bytes_per_token};
}

/// Throws where the file is one of those that are met in place of tokens.
void refuse_others(std::string_view bytes, const std::string& name) {
  if (bytes.starts_with("\x93NUMPY"))
    fail(name, "is a numpy file (.npy); expected only the ids, as array.astype('uint16').tofile(...) writes them");
  const bool is_packed = bytes.starts_with("\x1F\x8B\x08") || bytes.starts_with("\x28\xB5\x2F\xFD") ||
                         bytes.starts_with(
                             "\xFD"
                             "7zXZ");
  if (is_packed && !name.ends_with(".bin")) fail(name, "is compressed; expected uncompressed tokens");
  if (bytes.size() >= sizeof(std::int32_t) && header_number(bytes, 0) == kLlmcChoices) {
    fail(name,
         "is an llm.c file for a multiple-choice evaluation (HellaSwag, MMLU); expected a file of tokens, as its "
         "write_datafile makes");
  }
}

}  // namespace

ShardTokens find_tokens(std::string_view bytes, ShardFormat format, const std::string& name) {
  if (bytes.empty()) fail(name, "is empty, expected tokens");
  refuse_others(bytes, name);
  const bool is_llmc = format == ShardFormat::llmc || (format == ShardFormat::automatic && llmc_kind(bytes) != nullptr);
  const ShardTokens tokens =
      is_llmc ? find_llmc(bytes, name) : find_nanogpt(bytes, format == ShardFormat::nanogpt32 ? 4 : 2, name);
  if (tokens.count == 0) fail(name, "has no tokens");
  return tokens;
}

}  // namespace folio::tokens
