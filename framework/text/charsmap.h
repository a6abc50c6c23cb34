#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace folio {

/// SentencePiece's precompiled map from characters to what they are normalised to (its normalizer's
/// precompiled_charsmap): a trie in a double array, of which each leaf points into a list of texts. Applied as Hugging
/// Face's tokenizers does, which differs from SentencePiece itself: a grapheme of less than six bytes is looked up as a
/// whole, else each of its characters. Immutable.
class Charsmap {
 public:
  /// The bytes as SentencePiece writes them: the trie's size, the trie, the texts. Throws Error (run) where they are
  /// cut short or the texts are no UTF-8.
  explicit Charsmap(std::string_view bytes);

  /// Appends the normalised text, which is valid UTF-8.
  void append(std::string_view text, std::string& normalized) const;

 private:
  std::optional<std::string_view> find(std::string_view part) const;
  void append_grapheme(std::string_view grapheme, std::string& normalized) const;
  void append_graphemes(std::string_view text, std::string& normalized) const;

  std::vector<std::uint32_t> units_;
  std::string texts_;
  std::array<std::optional<std::string_view>, 128> ascii_;  ///< what each is mapped to
};

}  // namespace folio
