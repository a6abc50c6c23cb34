// TensorBoard's event files: as they come, and with right checksums, which no change of a byte would have.

#include <cstring>

#include "imports.h"
#include "runs/exchange/tensorboard.h"

namespace folio::fuzz {
namespace {

/// The file with the checksum of each record made right.
std::string with_checksums(std::string_view bytes) {
  std::string file(bytes);
  const auto put = [&](std::size_t at, std::string_view part) {
    const std::uint32_t checksum = runs::masked_crc32c(part);
    std::memcpy(file.data() + at, &checksum, sizeof checksum);
  };
  for (std::size_t at = 0; file.size() - at >= 16;) {
    std::uint64_t size = 0;
    std::memcpy(&size, file.data() + at, sizeof size);
    put(at + 8, std::string_view(file).substr(at, 8));
    if (size > file.size() - at - 16) break;
    put(at + 12 + size, std::string_view(file).substr(at + 12, size));
    at += 16 + size;
  }
  return file;
}

}  // namespace

void one_input(std::string_view bytes) {
  static InputFile file("logs/events.out.tfevents.1");
  runs::read_tensorboard(bytes);
  check_import(file.with(with_checksums(bytes)), "logs");
}

}  // namespace folio::fuzz
