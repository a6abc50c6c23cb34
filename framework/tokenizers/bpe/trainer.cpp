#include "tokenizers/bpe/trainer.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <unordered_set>
#include <utility>

#include "text/byte_alphabet.h"
#include "tokenizers/merge_trainer.h"
#include "tokenizers/pair_map.h"

namespace folio::bpe {
namespace {

/// The bytes in the order of their characters in the byte alphabet.
std::array<int, 256> sorted_bytes() {
  std::array<int, 256> bytes{};
  std::iota(bytes.begin(), bytes.end(), 0);
  std::sort(bytes.begin(), bytes.end(), [](int a, int b) { return kByteAlphabet[a] < kByteAlphabet[b]; });
  return bytes;
}

/// A pair that was merged twice counts where it was merged last.
std::vector<Merge> last_of_each(const std::vector<Merge>& all) {
  std::unordered_set<PairKey> seen;
  std::vector<Merge> merges;
  for (auto merge = all.rbegin(); merge != all.rend(); ++merge)
    if (seen.insert(pair_key(merge->left, merge->right)).second) merges.push_back(*merge);
  std::reverse(merges.begin(), merges.end());
  return merges;
}

}  // namespace

// The first tokens are bytes, not characters, as GPT-2 has it (Radford et al. 2019, section 2.2): 256 tokens spell
// every text, so none is ever unknown. No merge reaches across a word, so the distinct words and their counts stand for
// the text. A byte is spelled as its character in the byte alphabet, in which tokenizer.json keeps tokens as text;
// joining two spellings joins the bytes. The merges themselves are MergeTrainer's.

Vocabulary train(const std::vector<WordCounter::Entry>& words, const std::vector<std::string>& special_tokens,
                 const TrainingOptions& options, const Progress& progress) {
  std::vector<std::string> tokens = special_tokens;
  std::array<TokenId, 256> byte_ids{};
  for (const int byte : sorted_bytes()) {
    byte_ids[byte] = static_cast<TokenId>(tokens.size());
    tokens.push_back(to_byte_alphabet(std::string(1, static_cast<char>(byte))));
  }
  MergeTrainer trainer(std::move(tokens), [](const auto& left, const auto& right) { return left + right; });
  std::vector<TokenId> symbols;
  for (const auto& [word, count] : words) {
    symbols.clear();
    for (const char byte : word) symbols.push_back(byte_ids[static_cast<unsigned char>(byte)]);
    trainer.add_word(symbols, count);
  }
  trainer.learn(options.vocab_size, options.min_frequency, progress);
  return {.tokens = trainer.tokens(), .merges = last_of_each(trainer.merges()), .added_tokens = {}};
}

}  // namespace folio::bpe
