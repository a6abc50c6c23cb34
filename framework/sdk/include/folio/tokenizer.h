#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "folio/objective.h"

namespace folio {

using TokenId = std::int32_t;

/// Calls its argument with each text of a corpus, in order; can be called more than once.
using TextSource = std::function<void(const std::function<void(std::string_view)>&)>;

/// Called from time to time with the progress of a long job: done and total in the job's own unit. While text of
/// unknown size is read, the total is 0 and done is the bytes so far.
using Progress = std::function<void(double done, double total)>;

/// Cuts text into tokens. It is created untrained, with its options, and then trained or loaded. The const functions
/// may be called from several threads at once.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  /// Learns a vocabulary of at most the `vocab_size` of its options, including `special_tokens` (which come first, in
  /// this order). `progress` is called by the calling thread. Throws Error (experiment) if vocab_size is too small for
  /// the special tokens and the alphabet.
  virtual void train(const TextSource& texts, const std::vector<SpecialToken>& special_tokens,
                     const Progress& progress) = 0;

  /// Whether it already has its vocabulary: it is then ready as soon as it is created, and train() learns nothing, but
  /// throws Error (experiment) if it lacks a special token that is requested.
  virtual bool is_pretrained() const { return false; }

  /// Write and read the tokenizer.json of Hugging Face's tokenizers. Throws Error (run) naming the JSON path of what is
  /// wrong or not supported.
  virtual std::string to_json() const = 0;
  virtual void load_json(std::string_view json) = 0;

  /// Uses the special tokens that a tokenizer_config.json next to the tokenizer.json names (eos_token and so on). Only
  /// needed by a tokenizer that cannot find them in any other way. Throws Error (run) if the text cannot be read.
  virtual void load_special_tokens(std::string_view /*tokenizer_config*/) {}

  /// What a person should know about it: settings of its file that are not applied.
  virtual std::vector<std::string> notes() const { return {}; }

  /// Ids of the text, with nothing added before or after it. Special tokens in the text are recognized. `text` is valid
  /// UTF-8.
  virtual std::vector<TokenId> encode(std::string_view text) const = 0;

  /// Ids of a text that continues another, which was encoded before: both are parts of one text, cut where every
  /// tokenizer ends a word. Differs from encode() if a tokenizer puts something before a text.
  virtual std::vector<TokenId> encode_rest(std::string_view text) const { return encode(text); }

  /// Text of the ids; bytes that do not form UTF-8 become U+FFFD. Special tokens are left out on request.
  virtual std::string decode(std::span<const TokenId> ids, bool skip_special_tokens) const = 0;

  /// One token as it is in the vocabulary, in bytes of text, to show a person how a text was cut: " the", "##ing",
  /// "▁the". A byte-level token that is only part of a character is not UTF-8. `id` is in [0, vocab_size()).
  virtual std::string token(TokenId id) const { return decode(std::span(&id, 1), /*skip_special_tokens=*/false); }

  /// The number of ids: encode returns ids in [0, vocab_size()).
  virtual std::int64_t vocab_size() const = 0;

  /// The id of a special token; none if it was trained without that token. `index` numbers the sentinels from 0.
  virtual std::optional<TokenId> special_token_id(SpecialToken token, int index = 0) const = 0;
};

}  // namespace folio
