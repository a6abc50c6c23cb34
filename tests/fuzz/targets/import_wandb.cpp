// Weights & Biases' log: as it comes, and the input as its records, which have the right checksums then. A record is
// two bytes of length and what follows. After a line "%%" comes config.yaml.

#include <boost/crc.hpp>
#include <cstring>

#include "imports.h"
#include "runs/exchange/wandb_log.h"

namespace folio::fuzz {
namespace {

/// The input as a log of records that lie in one piece each. (Those of many pieces come as they are.)
std::string as_log(std::string_view bytes) {
  std::string log(":W&B\xe1\xbe\0", 7);
  while (bytes.size() >= 2 && log.size() + bytes.size() < 32000) {
    const std::size_t size = std::min<std::size_t>(
        static_cast<unsigned char>(bytes[0]) + 256U * static_cast<unsigned char>(bytes[1]), bytes.size() - 2);
    std::string piece(1, '\1');
    piece += bytes.substr(2, size);
    boost::crc_32_type checksum;
    checksum.process_bytes(piece.data(), piece.size());
    const std::uint32_t value = checksum.checksum();
    log.append(reinterpret_cast<const char*>(&value), sizeof value);
    log += static_cast<char>(size & 0xFF);
    log += static_cast<char>(size >> 8);
    log += piece;
    bytes.remove_prefix(2 + size);
  }
  return log;
}

}  // namespace

void one_input(std::string_view bytes) {
  static InputFile log("wandb/run-1-a/run-a.wandb"), config("wandb/run-1-a/files/config.yaml");
  const TwoParts parts = two_parts(bytes);
  if (runs::is_wandb_log(bytes)) runs::read_wandb_log(bytes);
  config.with(parts.second);
  log.with(runs::is_wandb_log(parts.first) ? std::string(parts.first) : as_log(parts.first));
  check_import(log.path().parent_path(), "run-1-a");
}

}  // namespace folio::fuzz
