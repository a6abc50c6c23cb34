#pragma once

#include <algorithm>
#include <cstddef>
#include <random>
#include <string>
#include <string_view>

namespace folio::test {

/// What fuzz tests feed to a reader: the text with a few random changes (a byte changed, bytes put in, taken out or
/// doubled, the end cut off), the same for the same state of the generator.
inline std::string mutate(std::string text, std::mt19937& random) {
  constexpr std::string_view kInteresting = "\"{}[]:,0-9e\\\0\xFF\x80nt";
  const auto below = [&](std::size_t bound) { return bound == 0 ? 0 : random() % bound; };
  const std::size_t changes = 1 + below(4);
  for (std::size_t i = 0; i < changes; ++i) {
    const std::size_t at = below(text.size());
    const std::size_t length = below(std::min<std::size_t>(text.size() - at, 64) + 1);
    switch (below(6)) {
      case 0:
        if (!text.empty()) text[at] = static_cast<char>(random());
        break;
      case 1:
        if (!text.empty()) text[at] = kInteresting[below(kInteresting.size())];
        break;
      case 2:
        text.insert(at, 1, kInteresting[below(kInteresting.size())]);
        break;
      case 3:
        text.erase(at, length);
        break;
      case 4:
        text.insert(at, text.substr(at, length));
        break;
      default:
        if (below(8) == 0) text.resize(at);
        break;
    }
  }
  return text;
}

}  // namespace folio::test
