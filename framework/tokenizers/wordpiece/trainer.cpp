#include "tokenizers/wordpiece/trainer.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "folio/error.h"
#include "support/utf8.h"
#include "tokenizers/merge_trainer.h"

namespace folio::wordpiece {
namespace {

/// Calls `visit` with each character and whether it begins the word.
template <typename Visit>
void for_each_character(std::string_view word, const Visit& visit) {
  for (std::size_t at = 0; at < word.size();) {
    const DecodedCodePoint decoded = decode_code_point(word, at);
    visit(decoded.value, at == 0);
    at += decoded.length;
  }
}

std::string utf8_of(char32_t c) {
  std::string text;
  append_utf8(text, c);
  return text;
}

struct Character {
  std::int64_t count = 0;
  bool continues = false;  ///< stands within a word
  TokenId beginning_id = -1;
  TokenId continuing_id = -1;
};

using Characters = std::unordered_map<char32_t, Character>;

Characters count_characters(const std::vector<WordCounter::Entry>& words) {
  Characters characters;
  for (const auto& [word, count] : words) {
    for_each_character(word, [&, times = count](char32_t c, bool begins) {
      Character& character = characters[c];
      character.count += times;
      character.continues |= !begins;
    });
  }
  return characters;
}

/// Those that are kept, in the order of their code points.
std::vector<char32_t> alphabet_of(const Characters& characters, std::size_t limit) {
  std::vector<char32_t> alphabet;
  for (const auto& [c, character] : characters) alphabet.push_back(c);
  std::sort(alphabet.begin(), alphabet.end());
  if (alphabet.size() <= limit) return alphabet;
  std::stable_sort(alphabet.begin(), alphabet.end(),
                   [&](char32_t a, char32_t b) { return characters.at(a).count > characters.at(b).count; });
  alphabet.resize(limit);
  std::sort(alphabet.begin(), alphabet.end());
  return alphabet;
}

void check_vocab_size(std::size_t vocab_size, std::size_t special_tokens, std::size_t characters, std::size_t least) {
  if (vocab_size >= least) return;
  throw Error(ErrorKind::experiment, "vocab_size is " + std::to_string(vocab_size) + ", but " +
                                         std::to_string(special_tokens) + " special token" +
                                         (special_tokens == 1 ? "" : "s") + " and the text's " +
                                         std::to_string(characters) +
                                         " characters, each at the beginning of words and inside them, need at least " +
                                         std::to_string(least) + "; a smaller limit_alphabet needs fewer");
}

/// The special tokens and the alphabet; enters the characters' ids.
std::vector<std::string> first_tokens(const std::vector<std::string>& special_tokens,
                                      const std::vector<char32_t>& alphabet, const std::string& prefix,
                                      Characters& characters) {
  std::vector<std::string> tokens = special_tokens;
  std::unordered_map<std::string, TokenId> special_ids;
  for (std::size_t id = 0; id < tokens.size(); ++id) special_ids.emplace(tokens[id], static_cast<TokenId>(id));
  const auto add = [&](std::string token) {
    const auto special = special_ids.find(token);
    if (special != special_ids.end()) return special->second;
    tokens.push_back(std::move(token));
    return static_cast<TokenId>(tokens.size() - 1);
  };
  for (const char32_t c : alphabet) characters[c].beginning_id = add(utf8_of(c));
  for (const char32_t c : alphabet) {
    Character& character = characters[c];
    if (!character.continues) continue;
    character.continuing_id = prefix.empty() ? character.beginning_id : add(prefix + utf8_of(c));
  }
  return tokens;
}

}  // namespace

// BERT's own trainer was never published. This is Hugging Face's, which is its BpeTrainer with a prefix: the first
// tokens are characters, one within a word is another token than the same at a word's beginning, and joining two tokens
// drops the prefix of the right one. It merges the most frequent pair, not the one that raises the likelihood most, as
// Schuster and Nakajima (2012) would. Characters beyond limit_alphabet drop out of their words before that; the encoder
// makes a word with one of them unknown.

std::vector<std::string> train(const std::vector<WordCounter::Entry>& words,
                               const std::vector<std::string>& special_tokens, const TrainingOptions& options,
                               const Progress& progress) {
  const std::string& prefix = options.continuing_prefix;
  Characters characters = count_characters(words);
  const std::vector<char32_t> alphabet = alphabet_of(characters, options.limit_alphabet);
  std::vector<std::string> tokens = first_tokens(special_tokens, alphabet, prefix, characters);
  check_vocab_size(options.vocab_size, special_tokens.size(), alphabet.size(), tokens.size());

  MergeTrainer trainer(std::move(tokens), [&](const std::string& left, const std::string& right) {
    return left + (right.starts_with(prefix) ? right.substr(prefix.size()) : right);
  });
  std::vector<TokenId> symbols;
  for (const auto& [word, count] : words) {
    symbols.clear();
    for_each_character(word, [&](char32_t c, bool begins) {
      const Character& character = characters.at(c);
      const TokenId id = begins ? character.beginning_id : character.continuing_id;
      if (character.beginning_id >= 0) symbols.push_back(id);  // a character that is not kept drops out of the word
    });
    trainer.add_word(symbols, count);
  }
  trainer.learn(options.vocab_size, options.min_frequency, progress);
  return trainer.tokens();
}

}  // namespace folio::wordpiece
