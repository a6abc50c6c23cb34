#include "tokens/shard_file.h"

#include <fmt/format.h>

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
    fail(name, fmt::format("is no token file of llm.c's: it does not begin with the number {} or {}",
                           kLlmcKinds[0].magic, kLlmcKinds[1].magic));
  }
  if (bytes.size() < kHeaderSize)
    fail(name, fmt::format("ends within llm.c's header: {} bytes of {}", bytes.size(), kHeaderSize));
  if (header_number(bytes, 1) != kind->version) {
    fail(name, fmt::format("has version {} of llm.c's format, expected {} after the magic number {}",
                           header_number(bytes, 1), kind->version, kind->magic));
  }
  const std::int64_t count = header_number(bytes, 2);
  if (count < 0) fail(name, fmt::format("has a header that counts {} tokens", count));
  const std::uint64_t expected = kHeaderSize + static_cast<std::uint64_t>(count * kind->bytes_per_token);
  if (bytes.size() != expected) {
    fail(name, fmt::format("has {} bytes, but a header that counts {} tokens of {} bytes, which makes {} bytes{}",
                           bytes.size(), count, kind->bytes_per_token, expected,
                           bytes.size() < expected ? ": its end is missing" : ""));
  }
  return {kHeaderSize, static_cast<std::size_t>(count), kind->bytes_per_token};
}

ShardTokens find_nanogpt(std::string_view bytes, const std::string& name) {
  if (bytes.size() % 2 != 0)
    fail(name, fmt::format("has {} bytes, which is no whole number of tokens of 2 bytes", bytes.size()));
  return {0, bytes.size() / 2, 2};
}

}  // namespace

ShardTokens find_tokens(std::string_view bytes, ShardFormat format, const std::string& name) {
  if (bytes.empty()) fail(name, "is empty, expected tokens");
  const bool is_llmc = format == ShardFormat::llmc || (format == ShardFormat::automatic && llmc_kind(bytes) != nullptr);
  const ShardTokens tokens = is_llmc ? find_llmc(bytes, name) : find_nanogpt(bytes, name);
  if (tokens.count == 0) fail(name, "has no tokens");
  return tokens;
}

}  // namespace folio::tokens
