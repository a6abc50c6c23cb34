// What Folio makes of texts with a tokenizer file, for bench/tokenizer_files.py.
//
//   folio_bench_tokenizer_files FILE TEXTS.json   a line of JSON for each text: its ids, decoded, and without special
//   ones folio_bench_tokenizer_files FILE TEXT.txt     MB/s on the text's lines, with a new tokenizer and a warm one

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/files.h"
#include "tokenizers/any_tokenizer.h"

namespace {

using namespace folio;
using Clock = std::chrono::steady_clock;

void tell_ids(const Tokenizer& tokenizer, const std::string& file) {
  for (const nlohmann::json& text : nlohmann::json::parse(read_file(file))) {
    const std::vector<TokenId> ids = tokenizer.encode(text.get<std::string>());
    const nlohmann::json line{
        {"ids", ids}, {"decoded", tokenizer.decode(ids, false)}, {"without_special", tokenizer.decode(ids, true)}};
    std::puts(line.dump().c_str());
  }
}

double megabytes_per_second(const Tokenizer& tokenizer, std::string_view text) {
  const auto begin = Clock::now();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    tokenizer.encode(text.substr(at, end - at));
    at = end + 1;
  }
  return static_cast<double>(text.size()) / 1e6 / std::chrono::duration<double>(Clock::now() - begin).count();
}

void tell_speed(const std::string& file, const std::string& text_file) {
  const std::string json = read_file(file);
  const std::string text = read_file(text_file);
  double cold = 0;
  double warm = 0;
  for (int round = 0; round < 3; ++round) {
    const auto tokenizer = read_tokenizer(json, file).tokenizer;
    cold = std::max(cold, megabytes_per_second(*tokenizer, text));
    warm = std::max(warm, megabytes_per_second(*tokenizer, text));
  }
  std::printf("{\"cold\": %.2f, \"warm\": %.2f}\n", cold, warm);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "expected: folio_bench_tokenizer_files FILE TEXTS.json|TEXT.txt\n");
    return 2;
  }
  const std::string texts = argv[2];
  if (texts.ends_with(".txt"))
    tell_speed(argv[1], texts);
  else
    tell_ids(*read_tokenizer(read_file(argv[1]), argv[1]).tokenizer, texts);
}
