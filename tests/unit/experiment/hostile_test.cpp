#include <algorithm>
#include <catch2/catch.hpp>
#include <ctime>
#include <fstream>
#include <random>

#include "experiment/experiment.h"
#include "folio/error.h"
#include "support/files.h"
#include "unit/experiment/declarations.h"

using namespace folio;
using namespace folio::experiment;
using namespace folio::experiment::test;
using Catch::Matchers::Contains;

namespace {

/// Changes, removes, repeats or inserts a few pieces, most of them characters that mean something in YAML.
std::string mutated(std::string text, std::mt19937& random) {
  static const std::string kSigns = "[]{}:,#&*!|>'\"%@`-?~<. \t\n\r\\0123456789eE+_\x01\x7f\xC3\xFF";
  const auto below = [&](std::size_t limit) {
    return static_cast<std::size_t>(random() % std::max<std::size_t>(limit, 1));
  };
  for (std::size_t changes = 1 + below(3); changes > 0; --changes) {
    const std::size_t at = below(text.size());
    const char sign = kSigns[below(kSigns.size())];
    switch (below(5)) {
      case 0:
        if (!text.empty()) text[at] = sign;
        break;
      case 1:
        text.insert(at, 1 + below(80), sign);
        break;
      case 2:
        text.erase(at, 1 + below(20));
        break;
      case 3:
        text.insert(below(text.size()), text.substr(at, 1 + below(60)));
        break;
      default:
        text.resize(at);
    }
  }
  return text;
}

}  // namespace

TEST_CASE("a mutated experiment is either loaded or refused with an error") {
  const Folder folder;
  const Declarations known = declarations();
  folder.write("base.yaml", kValid);
  std::mt19937 random(20250711);
  int loaded = 0;
  int refused = 0;
  for (int round = 0; round < 20'000; ++round) {
    const std::string text = mutated(std::string(kValid) + "extends: base.yaml\n", random);
    // A new file each time: truncating one makes some file systems write it to the disk.
    const auto file = folder.path() / ("mutated-" + std::to_string(round) + ".yaml");
    std::ofstream(file, std::ios::binary) << text;
    std::vector<std::string> overrides;
    if (round % 4 == 0) overrides.push_back(mutated("dataset.books=[a, 'b']", random));
    try {
      load_experiment(file, overrides, known);
      ++loaded;
    } catch (const Error& error) {
      REQUIRE(error.what()[0] != '\0');
      ++refused;
    }
    std::filesystem::remove(file);
  }
  CHECK(loaded > 300);
  CHECK(refused > 10'000);
}

TEST_CASE("files of the largest size are refused in bounded time") {
  const std::size_t size = 1'000'000;
  const auto repeated = [&](const std::string& piece) {
    std::string text;
    while (text.size() + piece.size() <= size) text += piece;
    return text;
  };
  std::string many_keys = "model:\n  type: gpt\n";
  for (int i = 0; many_keys.size() < size; ++i) many_keys += "  k" + std::to_string(i) + ": 1\n";
  const std::vector<std::string> texts = {repeated("["),
                                          "a: " + repeated("{"),
                                          repeated("- "),
                                          repeated("? "),
                                          "a: [" + repeated("x,") + "]",
                                          "a: \"" + repeated("x"),
                                          repeated("x") + ": 1",
                                          "a: " + repeated("&a "),
                                          many_keys,
                                          repeated("a: b\n"),
                                          repeated("'"),
                                          repeated("&a [*a, "),
                                          "a: &a [" + repeated("*b, ")};
  for (const std::string& text : texts) {
    const std::clock_t start = std::clock();
    CHECK(message_of(text).size() < 100'000);
    CAPTURE(text.substr(0, 20));
    CHECK((std::clock() - start) / CLOCKS_PER_SEC < 10);  // of the processor, also under sanitizers
  }
}

TEST_CASE("a file above 1 MiB is refused by its size") {
  const std::string message = message_of(std::string(kValid) + "#" + std::string(1 << 20, 'x') + "\n");
  CHECK_THAT(message, Contains("test.yaml: is larger than the limit of 1048576 bytes"));
}
