// Times Folio's tokenizers on the text of a folder and prints a line of JSON for each. bench/tokenizer_speed.py calls
// it.
//
//   folio_bench_tokenizer_speed FOLDER FOLDER_FOR_TOKENIZERS [NAME...]
//
// Trains on the folder's .txt files put together, then encodes that text line by line: by a tokenizer that was just
// loaded and knows no word yet (cold), eight times over by one that knows most (warm), and so on all threads. The
// trained tokenizers are left in the second folder as NAME.json. Names choose some of the tokenizers.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "folio/tokenizer.h"
#include "support/files.h"
#include "tokenizers/bpe/tokenizer.h"
#include "tokenizers/unigram/tokenizer.h"
#include "tokenizers/wordpiece/tokenizer.h"

namespace {

using namespace folio;
using Clock = std::chrono::steady_clock;
using Lines = std::vector<std::string_view>;

constexpr int kRounds = 3;
constexpr int kCopies = 8;

struct Candidate {
  std::string name;
  std::unique_ptr<Tokenizer> (*make)();
  std::vector<SpecialToken> special_tokens;
};

/// With the sizes of vocabulary that the peers get.
const std::vector<Candidate>& candidates() {
  static const std::vector<Candidate> all{
      {"bpe",
       []() -> std::unique_ptr<Tokenizer> {
         return std::make_unique<bpe::BpeTokenizer>(bpe::TrainingOptions{.vocab_size = 32000});
       },
       {}},
      {"bpe-llama3",
       []() -> std::unique_ptr<Tokenizer> {
         return std::make_unique<bpe::BpeTokenizer>(
             bpe::TrainingOptions{.vocab_size = 32000, .pattern = bpe::Pattern::llama3});
       },
       {}},
      {"wordpiece",
       []() -> std::unique_ptr<Tokenizer> {
         return std::make_unique<wordpiece::WordPieceTokenizer>(wordpiece::TrainingOptions{.vocab_size = 30522});
       },
       special_tokens_of(Objective::masked)},
      {"unigram",
       []() -> std::unique_ptr<Tokenizer> {
         return std::make_unique<unigram::UnigramTokenizer>(unigram::TrainingOptions{.vocab_size = 16000});
       },
       {SpecialToken::padding, SpecialToken::end_of_text, SpecialToken::unknown}},
  };
  return all;
}

std::string read_folder(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".txt") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::string text;
  for (const auto& file : files) {
    const std::string book = read_file(file);
    text += book.starts_with("\xEF\xBB\xBF") ? book.substr(3) : book;
  }
  return text;
}

Lines lines_of(std::string_view text) {
  Lines lines;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

double seconds_of(const std::function<void()>& work) {
  const auto begin = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

std::size_t encode(const Tokenizer& tokenizer, const Lines& lines, int copies) {
  std::size_t tokens = 0;
  for (int copy = 0; copy < copies; ++copy)
    for (const std::string_view line : lines) tokens += tokenizer.encode(line).size();
  return tokens;
}

void measure(const Candidate& candidate, const std::string& text, const std::string& folder) {
  const auto trained = candidate.make();
  const double training =
      seconds_of([&] { trained->train([&](const auto& sink) { sink(text); }, candidate.special_tokens, {}); });
  const std::string json = trained->to_json();
  write_file_atomically(std::filesystem::path(folder) / (candidate.name + ".json"), json);

  const Lines lines = lines_of(text);
  const double megabytes = static_cast<double>(text.size()) / 1e6;
  std::unique_ptr<Tokenizer> tokenizer;
  double cold = 1e9;
  for (int round = 0; round < kRounds; ++round) {
    tokenizer = candidate.make();
    tokenizer->load_json(json);
    cold = std::min(cold, seconds_of([&] { encode(*tokenizer, lines, 1); }));
  }
  std::size_t tokens = 0;
  const double warm = seconds_of([&] { tokens = encode(*tokenizer, lines, kCopies) / kCopies; });
  const unsigned threads = std::max(1u, std::thread::hardware_concurrency());
  const double all = seconds_of([&] {
    std::vector<std::jthread> workers;
    for (unsigned i = 0; i < threads; ++i) workers.emplace_back([&] { encode(*tokenizer, lines, kCopies); });
  });
  std::printf(
      "{\"name\": \"%s\", \"train_seconds\": %.4f, \"cold\": %.2f, \"warm\": %.2f, \"threads\": %u, "
      "\"all_threads\": %.2f, \"tokens\": %zu, \"vocab_size\": %lld}\n",
      candidate.name.c_str(), training, megabytes / cold, kCopies * megabytes / warm, threads,
      threads * kCopies * megabytes / all, tokens, static_cast<long long>(tokenizer->vocab_size()));
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "expected: folio_bench_tokenizer_speed FOLDER FOLDER_FOR_TOKENIZERS [NAME...]\n");
    return 2;
  }
  const std::string text = read_folder(argv[1]);
  const std::vector<std::string> names(argv + 3, argv + argc);
  for (const Candidate& candidate : candidates()) {
    const bool wanted = names.empty() || std::find(names.begin(), names.end(), candidate.name) != names.end();
    if (wanted) measure(candidate, text, argv[2]);
  }
}
