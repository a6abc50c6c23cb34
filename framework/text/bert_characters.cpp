#include "text/bert_characters.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uset.h>

#include <algorithm>
#include <cassert>
#include <memory>
#include <vector>

#include "support/utf8.h"
#include "text/bert_character_exceptions.h"

namespace folio {
namespace {

using FlagTable = std::vector<std::uint8_t>;

/// Sets the flag for all code points whose property has the value; for U_GENERAL_CATEGORY_MASK, one of the values.
void set_flag(FlagTable& flags, BertFlag flag, UProperty property, std::int32_t value) {
  const std::unique_ptr<USet, decltype(&uset_close)> set(uset_openEmpty(), uset_close);
  UErrorCode error = U_ZERO_ERROR;
  uset_applyIntPropertyValue(set.get(), property, value, &error);
  assert(U_SUCCESS(error));
  for (std::int32_t i = 0; i < uset_getItemCount(set.get()); ++i) {
    UChar32 first = 0;
    UChar32 last = 0;
    uset_getItem(set.get(), i, &first, &last, nullptr, 0, &error);
    for (UChar32 c = first; c <= last; ++c) flags[static_cast<std::size_t>(c)] |= flag;
  }
}

FlagTable make_flags() {
  FlagTable flags(kCodePoints, kBertCombining);
  set_flag(flags, kBertPunctuation, UCHAR_GENERAL_CATEGORY_MASK, U_GC_P_MASK);
  set_flag(flags, kBertMark, UCHAR_GENERAL_CATEGORY_MASK, U_GC_MN_MASK);
  set_flag(flags, kBertDecomposes, UCHAR_NFD_QUICK_CHECK, UNORM_NO);
  set_flag(flags, kBertLowercases, UCHAR_CHANGES_WHEN_LOWERCASED, 1);
  FlagTable starters(kCodePoints);
  set_flag(starters, kBertCombining, UCHAR_CANONICAL_COMBINING_CLASS, 0);
  for (std::size_t c = 0; c < kCodePoints; ++c) flags[c] ^= starters[c];
  for (const BertFlagsException& exception : kBertFlagsExceptions)
    std::fill(flags.begin() + exception.first, flags.begin() + exception.last + 1, exception.flags);
  return flags;
}

}  // namespace

std::uint8_t bert_flags(char32_t code_point) {
  static const FlagTable flags = make_flags();
  return flags[code_point];
}

char32_t bert_lowercase(char32_t code_point) {
  for (const BertLowercaseException& exception : kBertLowercaseExceptions)
    if (code_point >= exception.first && code_point <= exception.last)
      return static_cast<char32_t>(static_cast<std::int32_t>(code_point) + exception.distance);
  return static_cast<char32_t>(u_tolower(static_cast<UChar32>(code_point)));
}

}  // namespace folio
