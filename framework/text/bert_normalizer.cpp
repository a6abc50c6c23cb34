#include "text/bert_normalizer.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utf16.h>

#include <algorithm>
#include <cassert>
#include <utility>
#include <vector>

#include "support/utf8.h"
#include "text/bert_characters.h"

namespace folio {
namespace {

constexpr char32_t kCapitalIWithDot = 0x130;

const UNormalizer2* nfd() {
  UErrorCode error = U_ZERO_ERROR;
  static const UNormalizer2* const instance = unorm2_getNFDInstance(&error);
  assert(instance != nullptr);
  return instance;
}

/// Appends characters, in small letters and without accents as the settings want it.
class Writer {
 public:
  Writer(const BertNormalization& settings, std::string& out)
      : strips_accents_(settings.strips_accents()), lowercase_(settings.lowercase), out_(out) {}

  void add(char32_t c, unsigned flags) {
    if (!strips_accents_)
      write(c, flags);
    else if ((flags & kBertDecomposes) != 0)
      add_decomposed(c);
    else
      add_decomposed_part(c, flags);
  }

  /// An ASCII character that is done.
  void add_ready(char c) {
    flush();
    out_.push_back(c);
  }

  /// Writes the combining characters that have come since the last one that is none, sorted by their class. To be
  /// called at the end.
  void flush() {
    if (pending_.empty()) return;
    std::stable_sort(pending_.begin(), pending_.end(),
                     [](const Pending& a, const Pending& b) { return a.order < b.order; });
    for (const Pending& pending : pending_) write(pending.c, bert_flags(pending.c));
    pending_.clear();
  }

 private:
  struct Pending {
    std::uint8_t order;  ///< the combining class
    char32_t c;
  };

  void add_decomposed(char32_t c) {
    char16_t units[16];  // the longest decomposition of Unicode has four characters
    UErrorCode error = U_ZERO_ERROR;
    const std::int32_t length =
        unorm2_getDecomposition(nfd(), static_cast<UChar32>(c), units, std::size(units), &error);
    assert(U_SUCCESS(error) && length > 0);
    for (std::int32_t at = 0; at < length;) {
      UChar32 part = 0;
      U16_NEXT(units, at, length, part);
      add_decomposed_part(static_cast<char32_t>(part), bert_flags(static_cast<char32_t>(part)));
    }
  }

  /// A mark is left out, but where it is no combining one it keeps those before and behind it from being sorted
  /// together.
  void add_decomposed_part(char32_t c, unsigned flags) {
    if ((flags & kBertCombining) == 0) flush();
    if ((flags & kBertMark) != 0) return;
    if ((flags & kBertCombining) != 0)
      pending_.push_back({u_getCombiningClass(static_cast<UChar32>(c)), c});
    else
      write(c, flags);
  }

  void write(char32_t c, unsigned flags) {
    if (!lowercase_ || (flags & kBertLowercases) == 0)
      append_utf8(out_, c);
    else if (c == kCapitalIWithDot)
      out_ += "i\u0307";
    else
      append_utf8(out_, bert_lowercase(c));
  }

  const bool strips_accents_;
  const bool lowercase_;
  std::string& out_;
  std::vector<Pending> pending_;
};

}  // namespace

BertNormalizer::BertNormalizer(const BertNormalization& settings) : settings_(settings) {
  for (std::size_t c = 0; c < ascii_.size(); ++c) {
    const unsigned flags = bert_flags(static_cast<char32_t>(c));
    ascii_[c] = static_cast<std::int8_t>(c);
    if (settings_.lowercase && (flags & kBertLowercases) != 0) ascii_[c] = static_cast<std::int8_t>(c - 'A' + 'a');
    if (!settings_.clean_text) continue;
    if ((flags & kBertSpace) != 0) ascii_[c] = ' ';
    if ((flags & kBertRemoved) != 0) ascii_[c] = -1;
  }
}

void BertNormalizer::append(std::string_view text, std::string& normalized) const {
  Writer writer(settings_, normalized);
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x80) {
      if (ascii_[byte] >= 0) writer.add_ready(static_cast<char>(ascii_[byte]));
      ++at;
      continue;
    }
    const DecodedCodePoint decoded = decode_code_point(text, at);
    at += decoded.length;
    const unsigned flags = bert_flags(decoded.value);
    if (settings_.clean_text && (flags & kBertRemoved) != 0) continue;
    const bool is_chinese = settings_.handle_chinese_chars && (flags & kBertChinese) != 0;
    if (is_chinese || (settings_.clean_text && (flags & kBertSpace) != 0)) writer.add_ready(' ');
    if (settings_.clean_text && (flags & kBertSpace) != 0) continue;
    writer.add(decoded.value, flags);
    if (is_chinese) writer.add_ready(' ');
  }
  writer.flush();
}

}  // namespace folio
