#include "input/unpacked_file.h"

#include <memory>
#include <optional>
#include <string_view>

#include "input/compression.h"
#include "input/scratch_file.h"
#include "support/sha256.h"

namespace folio::input {

UnpackedFile open_unpacked(const std::filesystem::path& path) {
  MappedFile file(path);
  std::optional<ScratchFile> scratch;
  std::unique_ptr<Unpacker> unpacker;
  if (const Compression compression = compression_of(file.bytes()); compression != Compression::none) {
    scratch.emplace(path.string());
    unpacker = make_unpacker(compression, path.string(), [&](std::string_view bytes) { scratch->write(bytes); });
  }
  Sha256 hash;
  file.for_each_part([&](std::size_t begin, std::size_t end) {
    const std::string_view part = file.bytes().substr(begin, end - begin);
    hash.update(part);
    if (unpacker) unpacker->feed(part);
  });
  if (unpacker) {
    unpacker->finish();
    file = scratch->map();
  }
  return {std::move(file), hash.hex_digest(), unpacker != nullptr};
}

}  // namespace folio::input
