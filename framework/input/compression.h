#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace folio::input {

enum class Compression { none, gzip, zstd };

/// What a file's first bytes say, whatever its name.
Compression compression_of(std::string_view first_bytes);

/// Unpacks a gzip or zstd file that comes in pieces, all of its members or frames. Both functions throw Error (run)
/// that names the file and what is wrong with it.
class Unpacker {
 public:
  virtual ~Unpacker() = default;

  /// Takes the next piece of the file and hands on what it holds.
  virtual void feed(std::string_view packed) = 0;

  /// To be called after the last piece: refuses a file that ends too early.
  virtual void finish() = 0;
};

/// `name` is what messages call the file; `sink` gets what it holds, in pieces.
std::unique_ptr<Unpacker> make_unpacker(Compression compression, std::string name,
                                        std::function<void(std::string_view)> sink);

}  // namespace folio::input
