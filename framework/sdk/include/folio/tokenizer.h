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

/// Told now and then how far a long job is: done and total in the job's own unit. While text is read whose size nobody
/// knows the total is 0, and done is the bytes so far.
using Progress = std::function<void(double done, double total)>;

/// Cuts text into tokens. It is made untrained, with its options, and then trained or loaded. The const functions may
/// be called from several threads at once.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  /// Learns a vocabulary of at most the `vocab_size` of its options, with `special_tokens` in it (they come first, in
  /// this order). `progress` is called by the calling thread. Throws Error (experiment) when vocab_size cannot hold the
  /// special tokens and the alphabet.
  virtual void train(const TextSource& texts, const std::vector<SpecialToken>& special_tokens,
                     const Progress& progress) = 0;

  /// Whether it brings its vocabulary: it is then ready as soon as it is made, and train() learns nothing, but throws
  /// Error (experiment) where it lacks a special token that is asked for.
  virtual bool is_pretrained() const { return false; }

  /// The tokenizer.json of Hugging Face's tokenizers, and from it. Throws Error (run) naming the JSON path of what is
  /// wrong or not supported.
  virtual std::string to_json() const = 0;
  virtual void load_json(std::string_view json) = 0;

  /// Takes the special tokens that a tokenizer_config.json beside the tokenizer.json names (eos_token and so on). For a
  /// tokenizer that can tell them only so; others know theirs. Throws Error (run) where the text cannot be read.
  virtual void load_special_tokens(std::string_view /*tokenizer_config*/) {}

  /// What a person should know of it: settings of its file that are not applied.
  virtual std::vector<std::string> notes() const { return {}; }

  /// Ids of the text, with nothing put before or after it. Special tokens that stand in the text are recognised.
  /// `text` is valid UTF-8.
  virtual std::vector<TokenId> encode(std::string_view text) const = 0;

  /// Ids of a text that goes on from another, which was encoded before: both are parts of one, cut where every
  /// tokenizer ends a word. Another thing than encode() where a tokenizer puts something before a text.
  virtual std::vector<TokenId> encode_rest(std::string_view text) const { return encode(text); }

  /// Text of the ids; bytes that do not form UTF-8 become U+FFFD. Special tokens are left out on request.
  virtual std::string decode(std::span<const TokenId> ids, bool skip_special_tokens) const = 0;

  /// One token as its vocabulary has it, in bytes of text, so that a person sees how a text was cut: " the", "##ing",
  /// "▁the". A byte-level token that is a part of a character is no UTF-8. `id` is in [0, vocab_size()).
  virtual std::string token(TokenId id) const { return decode(std::span(&id, 1), /*skip_special_tokens=*/false); }

  /// How many ids there are: encode gives ids in [0, vocab_size()).
  virtual std::int64_t vocab_size() const = 0;

  /// The id of a special token; none where it was trained without. The `index`-th sentinel counts from 0.
  virtual std::optional<TokenId> special_token_id(SpecialToken token, int index = 0) const = 0;
};

}  // namespace folio
