#include "text/char_class.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <vector>

#include "support/utf8.h"
#include "text/char_class_exceptions.h"

namespace folio {
namespace {

using ClassTable = std::vector<CharClass>;  // one byte for each code point

UBool enter_range(const void* table, UChar32 begin, UChar32 end, UCharCategory category) {
  const unsigned mask = U_MASK(category);
  const CharClass found = (mask & U_GC_L_MASK) != 0   ? CharClass::letter
                          : (mask & U_GC_N_MASK) != 0 ? CharClass::number
                                                      : CharClass::other;
  CharClass* const classes = static_cast<ClassTable*>(const_cast<void*>(table))->data();
  std::fill(classes + begin, classes + end, found);
  return true;
}

ClassTable make_classes() {
  ClassTable classes(kCodePoints, CharClass::other);
  u_enumCharTypes(enter_range, &classes);
  for (const char32_t c : kSpaces) classes[c] = CharClass::space;
  for (const CharClassException& exception : kCharClassExceptions)
    std::fill(classes.begin() + exception.first, classes.begin() + exception.last + 1, exception.char_class);
  return classes;
}

}  // namespace

CharClass char_class(char32_t code_point) {
  static const ClassTable classes = make_classes();
  return classes[code_point];
}

}  // namespace folio
