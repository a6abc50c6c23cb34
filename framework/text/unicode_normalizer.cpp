#include "text/unicode_normalizer.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uniset.h>

#include <algorithm>
#include <span>
#include <stdexcept>

#include "text/normalization_exceptions.h"

namespace folio {
namespace {

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

void check(UErrorCode code, const char* what) {
  if (U_FAILURE(code)) throw std::runtime_error(std::string("ICU: ") + what + ": " + u_errorName(code));
}

const icu::Normalizer2& of_icu(NormalizationForm form) {
  UErrorCode code = U_ZERO_ERROR;
  const icu::Normalizer2* const normalizer = form == NormalizationForm::nfc    ? icu::Normalizer2::getNFCInstance(code)
                                             : form == NormalizationForm::nfkc ? icu::Normalizer2::getNFKCInstance(code)
                                             : form == NormalizationForm::nfd ? icu::Normalizer2::getNFDInstance(code)
                                                                              : icu::Normalizer2::getNFKDInstance(code);
  check(code, "no normalizer");
  return *normalizer;
}

/// All code points but those that are left alone.
icu::UnicodeSet known(NormalizationForm form) {
  const std::span<const CodePointRange> exceptions = form == NormalizationForm::nfc || form == NormalizationForm::nfd
                                                         ? std::span<const CodePointRange>(kNfcExceptions)
                                                         : kNfkcExceptions;
  icu::UnicodeSet set(0, 0x10FFFF);
  for (const CodePointRange& range : exceptions)
    set.remove(static_cast<UChar32>(range.first), static_cast<UChar32>(range.last));
  // It is made of two of the exceptions, so that it comes from neither composing nor, here, decomposing.
  set.remove(0x11938);
  set.freeze();
  return set;
}

}  // namespace

struct UnicodeNormalizer::Tables {
  explicit Tables(NormalizationForm form) : set(known(form)), normalizer(of_icu(form), set) {}

  icu::UnicodeSet set;
  icu::FilteredNormalizer2 normalizer;
};

UnicodeNormalizer::UnicodeNormalizer(NormalizationForm form)
    : tables_(form == NormalizationForm::none ? nullptr : std::make_unique<const Tables>(form)) {}

UnicodeNormalizer::~UnicodeNormalizer() = default;
UnicodeNormalizer::UnicodeNormalizer(UnicodeNormalizer&&) noexcept = default;

void UnicodeNormalizer::append(std::string_view text, std::string& out) const {
  if (!tables_ || is_ascii(text)) {
    out += text;
    return;
  }
  icu::StringByteSink<std::string> sink(&out);
  UErrorCode code = U_ZERO_ERROR;
  constexpr std::size_t kMost = INT32_MAX / 4;  // ICU counts in 32 bits
  if (text.size() > kMost) throw std::length_error("a word of more than 512 MiB cannot be normalized");
  tables_->normalizer.normalizeUTF8(0, {text.data(), static_cast<int32_t>(text.size())}, sink, nullptr, code);
  check(code, "normalisation");
}

}  // namespace folio
