#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace folio {

/// What BERT's normaliser does to a text, in this order.
struct BertNormalization {
  bool clean_text = true;             ///< takes out control characters, makes a space of every white space
  bool handle_chinese_chars = true;   ///< puts spaces around CJK ideographs
  std::optional<bool> strip_accents;  ///< decomposes and takes out nonspacing marks; where not given, as `lowercase`
  bool lowercase = true;              ///< each character on its own, whatever the language

  bool strips_accents() const { return strip_accents.value_or(lowercase); }
  bool operator==(const BertNormalization&) const = default;
};

/// BERT's normaliser, equal to Hugging Face's BertNormalizer. Immutable once made.
class BertNormalizer {
 public:
  explicit BertNormalizer(const BertNormalization& settings);

  /// Appends the normalised text to `normalized`. The text is valid UTF-8; what is not counts as U+FFFD.
  void append(std::string_view text, std::string& normalized) const;

  std::string normalize(std::string_view text) const {
    std::string normalized;
    append(text, normalized);
    return normalized;
  }

  const BertNormalization& settings() const { return settings_; }

 private:
  BertNormalization settings_;
  std::array<std::int8_t, 128> ascii_{};  ///< what becomes of each character, -1: nothing
};

}  // namespace folio
