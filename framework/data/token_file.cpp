#include "data/token_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "folio/error.h"
#include "support/mapped_file.h"

namespace folio::data {
namespace {

namespace fs = std::filesystem;

constexpr char kMagic[8] = {'F', 'O', 'L', 'I', 'O', 'T', 'O', 'K'};
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kBufferBytes = 1 << 20;
constexpr std::size_t kSamplesInMemory = 1 << 16;

struct Header {
  char magic[8];
  std::uint32_t version;
  std::uint32_t bytes_per_token;
  std::uint64_t tokens;
  std::uint64_t samples;
  std::uint64_t block_size;
  std::uint64_t zero[3];
};
static_assert(sizeof(Header) == 64);

std::uint64_t padding_after(std::uint64_t bytes) { return (8 - bytes % 8) % 8; }

template <typename T>
std::string_view bytes_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

template <typename T>
std::string_view bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

[[noreturn]] void fail(const fs::path& folder) {
  throw_errno(ErrorKind::run, folder, "cannot write to a temporary file");
}

/// Where the table of samples begins; none where the header does not fit a file of `size` bytes.
std::optional<std::uint64_t> table_offset(const Header& header, std::uint64_t size) {
  if (std::memcmp(header.magic, kMagic, sizeof kMagic) != 0 || header.version != kVersion) return std::nullopt;
  if (header.bytes_per_token != 2 && header.bytes_per_token != 4) return std::nullopt;
  if (header.tokens > size || header.samples > size) return std::nullopt;  // so that nothing below overflows
  const std::uint64_t tokens = header.tokens * header.bytes_per_token;
  const std::uint64_t table = sizeof(Header) + tokens + padding_after(tokens);
  const std::uint64_t rows = header.block_size > 0 ? 0 : header.samples;
  if (header.block_size > 0 && header.samples != header.tokens / header.block_size) return std::nullopt;
  if (table + rows * sizeof(Samples::Stretch) != size) return std::nullopt;
  return table;
}

}  // namespace

int bytes_per_token(std::int64_t vocab_size) { return vocab_size <= 1 << 16 ? 2 : 4; }

TokenFileWriter::TokenFileWriter(const fs::path& path, int bytes_per_token, std::uint64_t block_size)
    : file_(path), folder_(path.parent_path()), bytes_per_token_(bytes_per_token), block_size_(block_size) {
  file_.write(bytes_of(Header{}));
}

void TokenFileWriter::add_tokens(std::span<const TokenId> ids) {
  for (const TokenId id : ids) {
    const char* bytes = reinterpret_cast<const char*>(&id);
    buffer_.insert(buffer_.end(), bytes, bytes + bytes_per_token_);
  }
  tokens_ += ids.size();
  if (buffer_.size() < kBufferBytes) return;
  file_.write(bytes_of(buffer_));
  buffer_.clear();
}

void TokenFileWriter::add_sample(std::uint64_t begin, std::uint64_t length) {
  stretches_.push_back({begin, length});
  ++samples_;
  if (stretches_.size() >= kSamplesInMemory) spill_samples();
}

/// Samples come last in the file, but while the tokens come there may be more of them than memory holds.
void TokenFileWriter::spill_samples() {
  if (!spill_) {
    std::string path = (folder_ / "samples.tmpXXXXXX").string();
    spill_ = FileDescriptor(::mkostemp(path.data(), O_CLOEXEC));
    if (!spill_) fail(folder_);
    ::unlink(path.c_str());
  }
  for (std::string_view left = bytes_of(stretches_); !left.empty();) {
    const ssize_t count = ::write(spill_.get(), left.data(), left.size());
    if (count < 0 && errno != EINTR) fail(folder_);
    if (count > 0) left.remove_prefix(static_cast<std::size_t>(count));
  }
  stretches_.clear();
}

void TokenFileWriter::commit() {
  buffer_.resize(buffer_.size() + padding_after(tokens_ * static_cast<std::uint64_t>(bytes_per_token_)));
  file_.write(bytes_of(buffer_));
  if (spill_) {
    spill_samples();
    const MappedFile spilled(spill_, folder_);
    for (std::string_view left = spilled.bytes(); !left.empty();) {
      file_.write(left.substr(0, kBufferBytes));
      left.remove_prefix(std::min(left.size(), kBufferBytes));
    }
  } else {
    file_.write(bytes_of(stretches_));
  }
  Header header{};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  header.version = kVersion;
  header.bytes_per_token = static_cast<std::uint32_t>(bytes_per_token_);
  header.tokens = tokens_;
  header.samples = sample_count();
  header.block_size = block_size_;
  file_.overwrite(0, bytes_of(header));
  file_.commit();
}

struct TokenFile::Mapping {
  MappedFile file;
  Header header;
  const std::byte* tokens;
  const Samples::Stretch* stretches;
};

std::optional<TokenFile> TokenFile::open(const fs::path& path) {
  auto mapping = std::make_shared<Mapping>();
  try {
    mapping->file = MappedFile(path);
  } catch (const Error&) {
    return std::nullopt;
  }
  const std::string_view bytes = mapping->file.bytes();
  if (bytes.size() < sizeof(Header)) return std::nullopt;
  Header& header = mapping->header;
  std::memcpy(&header, bytes.data(), sizeof header);
  const auto table = table_offset(header, bytes.size());
  if (!table) return std::nullopt;
  mapping->tokens = reinterpret_cast<const std::byte*>(bytes.data() + sizeof header);
  mapping->stretches = reinterpret_cast<const Samples::Stretch*>(bytes.data() + *table);
  const std::uint64_t rows = header.block_size > 0 ? 0 : header.samples;
  for (std::uint64_t i = 0; i < rows; ++i) {
    const Samples::Stretch& stretch = mapping->stretches[i];
    if (stretch.length == 0 || stretch.begin > header.tokens || stretch.length > header.tokens - stretch.begin)
      return std::nullopt;
  }
  TokenFile file;
  file.mapping_ = std::move(mapping);
  return file;
}

Samples TokenFile::samples() const { return samples({0, mapping_->header.tokens, 0, mapping_->header.samples}); }

Samples TokenFile::samples(const TokenRange& range) const {
  const Header& header = mapping_->header;
  const auto within = [](std::uint64_t first, std::uint64_t count, std::uint64_t all) {
    return first <= all && count <= all - first;
  };
  const bool blocks = header.block_size > 0;
  if (!within(range.first_token, range.tokens, header.tokens) ||
      (!blocks && !within(range.first_sample, range.samples, header.samples))) {
    throw Error(ErrorKind::run, "a document's tokens are outside their file");
  }
  Samples::Extent extent;
  extent.bytes_per_token = static_cast<int>(header.bytes_per_token);
  extent.tokens = mapping_->tokens;
  extent.block_size = header.block_size;
  if (blocks) {
    extent.tokens += range.first_token * header.bytes_per_token;
    extent.samples = static_cast<std::int64_t>(range.tokens / header.block_size);
  } else {
    extent.samples = static_cast<std::int64_t>(range.samples);
    extent.stretches = mapping_->stretches + range.first_sample;
  }
  return Samples({extent}, mapping_);
}

}  // namespace folio::data
