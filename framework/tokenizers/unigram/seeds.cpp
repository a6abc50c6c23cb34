#include "tokenizers/unigram/seeds.h"

#include <algorithm>
#include <bit>
#include <cstdint>

#include "support/utf8.h"

namespace folio::unigram {
namespace {

// A substring that stands twice is a common prefix of two suffixes, and in the order of all suffixes those that have it
// stand side by side. So the suffixes are sorted, and one pass with a stack over the common prefixes of neighbours
// finds each run of them once (Abouelhoda, Kurtz and Ohlebusch 2004, lcp-intervals): the inner nodes of the suffix
// tree, which SentencePiece and Hugging Face's trainer take from the library esaxx. That sorts whole suffixes; here
// every word ends and nothing longer than a piece counts, so that a plain sort by max_length + 1 characters does,
// several of them packed into a number. As with those trainers, what a repeat weighs counts each word once, however
// often it stands.

constexpr std::size_t kMaxCharacters = 8 << 20;

/// The words' characters one behind another, each as its rank among all characters from 1, with 0 behind each word.
struct Letters {
  std::vector<std::uint32_t> ranks;
  std::vector<char32_t> alphabet;  ///< in order; a rank is the index plus one
  std::vector<double> counts;      ///< how often each character stands in the text
};

/// Suffixes of the words in order, by so many characters as a piece may have and one more. The next characters of each
/// are packed into a number, so that one comparison goes over several.
class SuffixArray {
 public:
  SuffixArray(const Letters& letters, std::size_t max_length);

  std::size_t size() const { return suffixes_.size(); }
  std::size_t position(std::size_t i) const { return suffixes_[i].position; }

  /// How many characters the i-th suffix and the one before it have in common, at most max_length + 1.
  std::size_t common_prefix(std::size_t i) const;

 private:
  struct Suffix {
    std::uint64_t key;
    std::uint32_t position;
  };

  bool comes_before(const Suffix& a, const Suffix& b) const;

  unsigned bits_;       ///< for one character
  std::size_t packed_;  ///< characters in a key
  std::size_t depth_;   ///< characters compared
  std::vector<std::uint64_t> keys_;
  std::vector<Suffix> suffixes_;
};

/// A substring that stands `count` times, once at `position`.
struct Repeat {
  std::uint32_t position;
  std::uint32_t length;
  std::uint64_t weight;
};

Letters read_letters(const Words& words) {
  constexpr std::uint32_t kWordEnd = UINT32_MAX;
  Letters letters;
  std::vector<double> counts(kCodePoints);  // by code point
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words.text(i);
    const bool kept = letters.ranks.size() + word.size() < kMaxCharacters;
    for (std::size_t at = 0; at < word.size();) {
      const DecodedCodePoint c = decode_code_point(word, at);
      counts[c.value] += words.count(i);
      if (kept) letters.ranks.push_back(c.value);
      at += c.length;
    }
    if (kept) letters.ranks.push_back(kWordEnd);
  }
  std::vector<std::uint32_t> ranks(counts.size());
  for (std::size_t c = 0; c < counts.size(); ++c) {
    if (counts[c] == 0) continue;
    letters.alphabet.push_back(static_cast<char32_t>(c));
    letters.counts.push_back(counts[c]);
    ranks[c] = static_cast<std::uint32_t>(letters.alphabet.size());
  }
  for (std::uint32_t& rank : letters.ranks) rank = rank == kWordEnd ? 0 : ranks[rank];
  return letters;
}

SuffixArray::SuffixArray(const Letters& letters, std::size_t max_length)
    : bits_(static_cast<unsigned>(std::bit_width(letters.alphabet.size()))),
      packed_(64 / bits_),
      depth_(max_length + 1),
      keys_(letters.ranks.size()) {
  const unsigned top = bits_ * static_cast<unsigned>(packed_ - 1);
  for (std::size_t i = keys_.size(); i-- > 0;) {
    if (letters.ranks[i] == 0) continue;
    keys_[i] = std::uint64_t{letters.ranks[i]} << top | keys_[i + 1] >> bits_;
    suffixes_.push_back({keys_[i], static_cast<std::uint32_t>(i)});
  }
  std::sort(suffixes_.begin(), suffixes_.end(), [&](const Suffix& a, const Suffix& b) { return comes_before(a, b); });
}

bool SuffixArray::comes_before(const Suffix& a, const Suffix& b) const {
  if (a.key != b.key) return a.key < b.key;
  const std::uint64_t last = (std::uint64_t{1} << bits_) - 1;
  std::uint64_t key = a.key;
  for (std::size_t done = packed_; done < depth_ && (key & last) != 0; done += packed_) {
    key = keys_[a.position + done];
    const std::uint64_t other = keys_[b.position + done];
    if (key != other) return key < other;
  }
  return a.position < b.position;
}

std::size_t SuffixArray::common_prefix(std::size_t i) const {
  const std::size_t a = suffixes_[i - 1].position;
  const std::size_t b = suffixes_[i].position;
  const unsigned unused = 64 - bits_ * static_cast<unsigned>(packed_);
  std::size_t common = 0;
  while (common < depth_) {
    const std::uint64_t key = keys_[a + common];
    const std::uint64_t difference = key ^ keys_[b + common];
    const std::size_t equal = (static_cast<unsigned>(std::countl_zero(difference)) - unused) / bits_;
    const std::size_t in_word = packed_ - static_cast<unsigned>(std::countr_zero(key)) / bits_;
    common += std::min(equal, in_word);
    if (std::min(equal, in_word) < packed_) break;
  }
  return std::min(common, depth_);
}

/// The inner nodes of the suffix tree, from the runs of suffixes that have a prefix in common.
std::vector<Repeat> find_repeats(const SuffixArray& suffixes, std::size_t max_length) {
  struct Open {
    std::size_t length;
    std::size_t first;
  };
  std::vector<Repeat> repeats;
  std::vector<Open> stack{{0, 0}};
  for (std::size_t i = 1; i <= suffixes.size(); ++i) {
    const std::size_t common = i < suffixes.size() ? suffixes.common_prefix(i) : 0;
    std::size_t first = i - 1;
    for (; stack.back().length > common; stack.pop_back()) {
      first = stack.back().first;
      const std::size_t length = stack.back().length;
      if (length < 2 || length > max_length) continue;
      repeats.push_back({static_cast<std::uint32_t>(suffixes.position(first)), static_cast<std::uint32_t>(length),
                         std::uint64_t{i - first} * length});
    }
    if (stack.back().length < common) stack.push_back({common, first});
  }
  return repeats;
}

std::string spell(const Letters& letters, const Repeat& repeat) {
  std::string text;
  for (std::size_t i = 0; i < repeat.length; ++i)
    append_utf8(text, letters.alphabet[letters.ranks[repeat.position + i] - 1]);
  return text;
}

}  // namespace

std::vector<Seed> make_seeds(const Words& words, std::size_t max_length, std::size_t max_seeds) {
  const Letters letters = read_letters(words);
  std::vector<Seed> seeds;
  for (std::size_t i = 0; i < letters.alphabet.size(); ++i) {
    std::string text;
    append_utf8(text, letters.alphabet[i]);
    seeds.push_back({std::move(text), letters.counts[i]});
  }
  if (letters.ranks.empty()) return seeds;
  std::vector<Repeat> repeats = find_repeats(SuffixArray(letters, max_length), max_length);
  const std::size_t room = max_seeds > seeds.size() ? max_seeds - seeds.size() : 0;
  if (repeats.size() > room) {
    std::stable_sort(repeats.begin(), repeats.end(), [](const auto& a, const auto& b) { return a.weight > b.weight; });
    repeats.resize(room);
  }
  for (const Repeat& repeat : repeats) seeds.push_back({spell(letters, repeat), static_cast<double>(repeat.weight)});
  std::sort(seeds.begin(), seeds.end(), [](const Seed& a, const Seed& b) { return a.text < b.text; });
  return seeds;
}

}  // namespace folio::unigram
