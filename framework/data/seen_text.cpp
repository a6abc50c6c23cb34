#include "data/seen_text.h"

#include <algorithm>
#include <utility>

#include "data/split_mix.h"
#include "support/utf8.h"
#include "text/bert_characters.h"

namespace folio::data {
namespace {

constexpr std::uint64_t kLetterFactor = 0x100000001b3U;  // FNV's prime
constexpr std::uint64_t kWordFactor = kSplitMixStep;     // odd

/// kWordFactor to the power of the words in a stretch: the weight of the word that leaves it.
constexpr std::uint64_t kLeavingFactor = [] {
  std::uint64_t power = 1;
  for (std::size_t i = 0; i < Stretches::kWords; ++i) power *= kWordFactor;
  return power;
}();

/// Letters and digits of ASCII, small; 0 for the others.
constexpr std::array<unsigned char, 128> kAsciiLetters = [] {
  std::array<unsigned char, 128> letters{};
  for (unsigned char c = 'a'; c <= 'z'; ++c) letters[c] = letters[c - 'a' + 'A'] = c;
  for (unsigned char c = '0'; c <= '9'; ++c) letters[c] = c;
  return letters;
}();

bool is_kana(char32_t c) { return c >= 0x3041 && c <= 0x30FF; }

}  // namespace

void Stretches::add(std::string_view piece, std::vector<std::uint64_t>& hashes) {
  for (std::size_t at = 0; at < piece.size();) {
    const auto byte = static_cast<unsigned char>(piece[at]);
    char32_t letter = 0;
    bool alone = false;
    if (byte < kAsciiLetters.size()) {
      letter = kAsciiLetters[byte];
      ++at;
    } else {
      const DecodedCodePoint character = decode_code_point(piece, at);
      at += character.length;
      const std::uint8_t flags = bert_flags(character.value);
      if ((flags & (kBertRemoved | kBertSpace | kBertPunctuation)) == 0) letter = character.value;
      if ((flags & kBertLowercases) != 0) letter = bert_lowercase(character.value);
      alone = (flags & kBertChinese) != 0 || is_kana(character.value);
    }
    if (letter == 0 || alone) end_word(hashes);
    if (letter != 0) word_ = (word_ + letter) * kLetterFactor;
    if (alone) end_word(hashes);
  }
}

void Stretches::end_word(std::vector<std::uint64_t>& hashes) {
  if (word_ == 0) return;
  const std::uint64_t word = split_mix(std::exchange(word_, 0));
  std::uint64_t& oldest = latest_[words_ % kWords];
  rolling_ = rolling_ * kWordFactor + word - (words_ < kWords ? 0 : oldest * kLeavingFactor);
  oldest = word;
  ++words_;
  if (words_ >= kWords) hashes.push_back(split_mix(rolling_));
}

void Stretches::end(std::vector<std::uint64_t>& hashes) {
  end_word(hashes);
  if (words_ >= kFewestWords && words_ < kWords) hashes.push_back(split_mix(rolling_ + words_));
  rolling_ = 0;
  words_ = 0;
}

SeenTextSearch::SeenTextSearch(const Dataset& dataset, const Corpus& corpus, double validation) {
  if (validation == 0) return;
  read_texts(dataset, corpus, validation, [this](const Text& text) {
    if (text.evaluation) expect(text);
  });
  merge();
  index();
}

template <typename Visit>
void SeenTextSearch::for_each_stretch(const Text& text, const Visit& visit) {
  constexpr std::size_t kSlice = 1 << 16;  // the hashes of a whole text may be larger than it
  for (std::size_t begin = 0, end = 0; begin < text.text.size(); begin = end) {
    end = std::min(begin + kSlice, text.text.size());
    while (end < text.text.size() && is_continuation_byte(text.text[end])) ++end;
    hashes_.clear();
    stretches_.add(text.text.substr(begin, end - begin), hashes_);
    for (const std::uint64_t hash : hashes_) visit(hash);
  }
  if (!text.ends) return;
  hashes_.clear();
  stretches_.end(hashes_);
  for (const std::uint64_t hash : hashes_) visit(hash);
}

void SeenTextSearch::expect(const Text& text) {
  for_each_stretch(text, [&](std::uint64_t hash) {
    const Occurrence occurrence{hash, text.document, 1};
    if (!is_kept(occurrence)) return;
    names_.try_emplace(text.document, *text.name);
    occurrences_.push_back(occurrence);
    if (occurrences_.size() >= 2 * kMost) merge();
  });
}

bool SeenTextSearch::is_kept(const Occurrence& occurrence) const {
  return (split_mix(occurrence.hash + static_cast<std::uint64_t>(occurrence.document) * kWordFactor) & left_out_) == 0;
}

/// Makes one of equal occurrences, and leaves half of them out as long as there are too many.
void SeenTextSearch::merge() {
  std::sort(occurrences_.begin(), occurrences_.end(), [](const Occurrence& a, const Occurrence& b) {
    return std::pair(a.hash, a.document) < std::pair(b.hash, b.document);
  });
  std::size_t merged = 0;
  for (const Occurrence& each : occurrences_) {
    Occurrence* const last = merged > 0 ? &occurrences_[merged - 1] : nullptr;
    if (last != nullptr && last->hash == each.hash && last->document == each.document)
      last->count += each.count;
    else
      occurrences_[merged++] = each;
  }
  occurrences_.resize(merged);
  if (occurrences_.size() <= kMost) return;
  while (occurrences_.size() > kMost) {
    left_out_ = 2 * left_out_ + 1;
    std::erase_if(occurrences_, [this](const Occurrence& each) { return !is_kept(each); });
  }
  std::unordered_map<std::int64_t, std::string> names;
  for (const Occurrence& each : occurrences_)
    if (const auto found = names_.find(each.document); found != names_.end()) names.insert(names_.extract(found));
  names_ = std::move(names);
}

/// So many of the hash's upper bits choose a place in the filter.
constexpr int kFilterBits = 22;

void SeenTextSearch::index() {
  if (occurrences_.empty()) return;
  filter_.resize(std::size_t{1} << kFilterBits);
  seen_.resize(occurrences_.size());
  for (const Occurrence& each : occurrences_) filter_[each.hash >> (64 - kFilterBits)] = true;
}

void SeenTextSearch::look_in(const Text& text) {
  if (occurrences_.empty()) return;
  for_each_stretch(text, [&](std::uint64_t hash) {
    if (!filter_[hash >> (64 - kFilterBits)]) return;
    const auto found = std::lower_bound(occurrences_.begin(), occurrences_.end(), hash,
                                        [](const Occurrence& each, std::uint64_t value) { return each.hash < value; });
    if (found != occurrences_.end() && found->hash == hash)
      seen_[static_cast<std::size_t>(found - occurrences_.begin())] = true;
  });
}

std::optional<SeenText> SeenTextSearch::result() const {
  struct Tally {
    std::int64_t stretches = 0, seen = 0;
  };
  if (occurrences_.empty()) return std::nullopt;
  Tally all;
  std::unordered_map<std::int64_t, Tally> of_documents;
  bool seen = false;
  for (std::size_t i = 0; i < occurrences_.size(); ++i) {
    const Occurrence& each = occurrences_[i];
    if (i == 0 || occurrences_[i - 1].hash != each.hash) seen = seen_[i];
    for (Tally* tally : {&all, &of_documents[each.document]}) {
      tally->stretches += each.count;
      if (seen) tally->seen += each.count;
    }
  }
  SeenText result{static_cast<double>(all.seen) / static_cast<double>(all.stretches), {}, {}};
  for (const auto& [document, tally] : of_documents) {
    if (2 * tally.seen < tally.stretches || document > result.document.value_or(document)) continue;
    result.document = document;
    result.name = names_.at(document);
  }
  return result;
}

}  // namespace folio::data
