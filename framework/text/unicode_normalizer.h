#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace folio {

enum class NormalizationForm { none, nfc, nfkc, nfd, nfkd };

/// Unicode's normal forms as Hugging Face's tokenizers makes them, whose tables are older than ICU's (see
/// normalization_exceptions.h). Immutable; may be used by several threads at once.
class UnicodeNormalizer {
 public:
  explicit UnicodeNormalizer(NormalizationForm form);
  ~UnicodeNormalizer();
  UnicodeNormalizer(UnicodeNormalizer&&) noexcept;

  /// Appends the normal form of `text`, which is valid UTF-8, to `out`.
  void append(std::string_view text, std::string& out) const;

 private:
  struct Tables;

  std::unique_ptr<const Tables> tables_;  ///< none where nothing is to be done
};

}  // namespace folio
