#include "text/character_sets.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "support/utf8.h"
#include "text/category_exceptions.h"

namespace folio {
namespace {

/// The first version of Unicode that a PCRE2 in use (10.42) does not know.
constexpr int kNewUnicode = 15;

constexpr std::pair<std::string_view, std::string_view> kCategories[] = {
    {"letter", "L"},
    {"uppercaseletter", "Lu"},
    {"lowercaseletter", "Ll"},
    {"titlecaseletter", "Lt"},
    {"casedletter", "L&"},
    {"modifierletter", "Lm"},
    {"otherletter", "Lo"},
    {"mark", "M"},
    {"nonspacingmark", "Mn"},
    {"spacingmark", "Mc"},
    {"enclosingmark", "Me"},
    {"number", "N"},
    {"decimalnumber", "Nd"},
    {"letternumber", "Nl"},
    {"othernumber", "No"},
    {"punctuation", "P"},
    {"punct", "P"},
    {"connectorpunctuation", "Pc"},
    {"dashpunctuation", "Pd"},
    {"openpunctuation", "Ps"},
    {"closepunctuation", "Pe"},
    {"initialpunctuation", "Pi"},
    {"finalpunctuation", "Pf"},
    {"otherpunctuation", "Po"},
    {"symbol", "S"},
    {"mathsymbol", "Sm"},
    {"currencysymbol", "Sc"},
    {"modifiersymbol", "Sk"},
    {"othersymbol", "So"},
    {"separator", "Z"},
    {"spaceseparator", "Zs"},
    {"lineseparator", "Zl"},
    {"paragraphseparator", "Zp"},
    {"other", "C"},
    {"control", "Cc"},
    {"cntrl", "Cc"},
    {"format", "Cf"},
    {"surrogate", "Cs"},
    {"privateuse", "Co"},
    {"unassigned", "Cn"},
    {"digit", "Nd"},
    {"lc", "L&"},
};

constexpr std::pair<std::string_view, std::string_view> kOtherSets[] = {
    {"any", "\\x{0}-\\x{10FFFF}"},
    {"ascii", "\\x{0}-\\x{7F}"},
    {"alnum", "\\p{Alphabetic}\\p{Nd}"},
    {"alpha", "\\p{Alphabetic}"},
    {"blank", "\\t\\p{Zs}"},
    {"graph", "\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}\\p{Cf}\\p{Co}"},
    {"print", "\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}\\p{Cf}\\p{Co}\\p{Zs}"},
    {"lower", "\\p{Lowercase}"},
    {"upper", "\\p{Uppercase}"},
    {"space", "\\p{White_Space}"},
    {"xdigit", kHexadecimalDigits},
};

constexpr std::string_view kProperties[] = {
    "alphabetic",
    "asciihexdigit",
    "bidicontrol",
    "cased",
    "caseignorable",
    "changeswhenlowercased",
    "changeswhenuppercased",
    "dash",
    "defaultignorablecodepoint",
    "deprecated",
    "diacritic",
    "emoji",
    "emojicomponent",
    "emojimodifier",
    "emojimodifierbase",
    "emojipresentation",
    "extendedpictographic",
    "extender",
    "graphemebase",
    "graphemeextend",
    "hexdigit",
    "idcontinue",
    "ideographic",
    "idstart",
    "joincontrol",
    "lowercase",
    "math",
    "noncharactercodepoint",
    "quotationmark",
    "radical",
    "regionalindicator",
    "sentenceterminal",
    "softdotted",
    "terminalpunctuation",
    "unifiedideograph",
    "uppercase",
    "variationselector",
    "whitespace",
    "xidcontinue",
    "xidstart",
};

/// Case, spaces, underscores and hyphens make no difference in the names of Unicode.
std::string bare_name(std::string_view name) {
  std::string bare;
  for (const char c : name)
    if (c != ' ' && c != '_' && c != '-') bare += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return bare;
}

/// The letter or two letters of a general category, empty where the name is of none.
std::string category_named(const std::string& bare) {
  for (const auto& [name, category] : kCategories)
    if (name == bare) return std::string(category);
  constexpr std::string_view kShort =
      "l m n p s z c lu ll lt lm lo mn mc me nd nl no pc pd ps pe pi pf po sm sc sk so "
      "zs zl zp cc cf cs co cn ";
  if (bare.empty() || kShort.find(bare + " ") == kShort.npos || bare.size() > 2) return "";
  std::string category = bare;
  category[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(category[0])));
  return category;
}

/// Two letters.
std::string_view category_of(char32_t c) {
  for (const CategoryException& exception : kCategoryExceptions)
    if (c >= exception.first && c <= exception.last) return exception.category;
  // In the order of UCharCategory.
  constexpr std::array<std::string_view, U_CHAR_CATEGORY_COUNT> kNames = {
      "Cn", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Me", "Mc", "Nd", "Nl", "No", "Zs", "Zl", "Zp",
      "Cc", "Cf", "Co", "Cs", "Pd", "Ps", "Pe", "Pc", "Po", "Sm", "Sc", "Sk", "So", "Pi", "Pf"};
  return kNames[static_cast<std::size_t>(u_charType(static_cast<UChar32>(c)))];
}

struct NewCharacter {
  char32_t c;
  std::string_view category;
};

/// The characters that are newer than PCRE2's tables may be.
const std::vector<NewCharacter>& new_characters() {
  static const std::vector<NewCharacter> characters = [] {
    std::vector<char32_t> found;
    for (const CategoryException& exception : kCategoryExceptions)
      for (char32_t c = exception.first; c <= exception.last; ++c) found.push_back(c);
    for (char32_t c = 0; c < kCodePoints; ++c) {
      UVersionInfo age;
      u_charAge(static_cast<UChar32>(c), age);
      if (age[0] >= kNewUnicode) found.push_back(c);
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    std::vector<NewCharacter> result;
    for (const char32_t c : found) result.push_back({c, category_of(c)});
    return result;
  }();
  return characters;
}

std::string hexadecimal(char32_t c) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (; c > 0; c >>= 4) text.insert(text.begin(), kDigits[c & 0xF]);
  return text;
}

/// The ranges of the new characters of a category.
std::string new_ranges(const std::string& category) {
  std::string ranges;
  const std::vector<NewCharacter>& characters = new_characters();
  const auto belongs = [&](std::size_t i) {
    const std::string_view its = characters[i].category;
    return category == "L&" ? its == "Lu" || its == "Ll" || its == "Lt" : its.starts_with(category);
  };
  for (std::size_t i = 0; i < characters.size(); ++i) {
    if (!belongs(i)) continue;
    const std::size_t first = i;
    while (i + 1 < characters.size() && characters[i + 1].c == characters[i].c + 1 && belongs(i + 1)) ++i;
    ranges += "\\x{" + hexadecimal(characters[first].c) + "}-\\x{" + hexadecimal(characters[i].c) + "}";
  }
  return ranges;
}

std::string content_of_category(const std::string& category) {
  static std::mutex mutex;
  static std::map<std::string, std::string> known;
  const std::lock_guard lock(mutex);
  const auto [place, is_new] = known.emplace(category, "");
  if (is_new)
    place->second = "\\p{" + category + "}" + (category == "C" || category == "Cn" ? "" : new_ranges(category));
  return place->second;
}

}  // namespace

const std::string& oniguruma_word() {
  static const std::string word = "\\p{Alphabetic}" + content_of_category("L") + content_of_category("M") +
                                  content_of_category("Nd") + "\\p{Pc}\\x{B2}\\x{B3}\\x{B9}\\x{BC}-\\x{BE}";
  return word;
}

std::string content_of_property(std::string_view name) {
  const std::string bare = bare_name(name);
  if (bare == "word") return oniguruma_word();
  if (const std::string category = category_named(bare); !category.empty()) return content_of_category(category);
  for (const auto& [known, content] : kOtherSets)
    if (known == bare) return std::string(content);
  if (std::find(std::begin(kProperties), std::end(kProperties), bare) != std::end(kProperties))
    return "\\p{" + bare + "}";
  return "\\p{sc:" + std::string(name) + "}";
}

bool is_word_character(char32_t code_point) {
  const auto c = static_cast<UChar32>(code_point);
  if (u_charType(c) == U_UNASSIGNED) {  // to ICU, not to Rust
    const std::string_view category = category_of(code_point);
    return category.starts_with('L') || category.starts_with('M') || category == "Nd" || category == "Pc";
  }
  if ((U_GET_GC_MASK(c) & (U_GC_M_MASK | U_GC_ND_MASK | U_GC_PC_MASK)) != 0) return true;
  return u_hasBinaryProperty(c, UCHAR_ALPHABETIC) || u_hasBinaryProperty(c, UCHAR_JOIN_CONTROL);
}

bool is_stripped_mark(char32_t code_point) {
  // What these are was changed after Unicode 9.
  if (code_point == 0x1CF2 || code_point == 0x1CF3) return true;
  if (code_point == 0x111C9) return false;
  const auto c = static_cast<UChar32>(code_point);
  if ((U_GET_GC_MASK(c) & U_GC_M_MASK) == 0) return false;
  UVersionInfo age;
  u_charAge(c, age);
  return age[0] <= 9;
}

}  // namespace folio
