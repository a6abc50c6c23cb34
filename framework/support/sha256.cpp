#include "support/sha256.h"

#include <openssl/evp.h>

#include <cassert>
#include <cstdint>
#include <new>

#include "support/files.h"

namespace folio {

struct Sha256::Context {
  EVP_MD_CTX* evp = EVP_MD_CTX_new();
  ~Context() { EVP_MD_CTX_free(evp); }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  if (EVP_DigestInit_ex(context_->evp, EVP_sha256(), nullptr) != 1) throw std::bad_alloc();
}

Sha256::~Sha256() = default;

void Sha256::update(std::string_view bytes) { EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size()); }

std::string Sha256::hex_digest() {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_DigestFinal_ex(context_->evp, digest, &size);
  assert(size == 32);
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    text.push_back(kDigits[digest[i] >> 4]);
    text.push_back(kDigits[digest[i] & 15]);
  }
  return text;
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.hex_digest();
}

std::string sha256_file(const std::filesystem::path& path) {
  const FileDescriptor file = open_to_read(path);
  Sha256 hash;
  constexpr std::size_t kPiece = 1 << 16;
  for (std::uint64_t offset = 0;;) {
    const std::string bytes = read_at(file, offset, kPiece, path);
    if (bytes.empty()) return hash.hex_digest();
    hash.update(bytes);
    offset += bytes.size();
  }
}

}  // namespace folio
