#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace folio {

/// SHA-256 (FIPS 180-4) of bytes that come in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(std::string_view bytes);

  /// The digest as 64 lower-case hexadecimal digits. Call once, last.
  std::string hex_digest();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

std::string sha256_hex(std::string_view bytes);

/// Throws Error (run) naming the path when the file cannot be read.
std::string sha256_file(const std::filesystem::path& path);

}  // namespace folio
