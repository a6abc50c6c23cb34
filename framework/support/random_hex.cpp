#include "support/random_hex.h"

#include <fmt/format.h>

#include <random>

namespace folio {

std::string random_hex(int digits) {
  std::random_device chance;
  std::string text;
  while (text.size() < static_cast<std::size_t>(digits)) text += fmt::format("{:08x}", chance() & 0xffffffffU);
  return text.substr(0, static_cast<std::size_t>(digits));
}

}  // namespace folio
