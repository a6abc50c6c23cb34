#include "tokenizers/pipeline/normalizer.h"

#include <map>
#include <memory>
#include <utility>

#include "folio/error.h"
#include "support/base64.h"
#include "support/utf8.h"
#include "text/bert_characters.h"
#include "text/bert_normalizer.h"
#include "text/byte_alphabet.h"
#include "text/char_class.h"
#include "text/character_sets.h"
#include "text/charsmap.h"
#include "text/unicode_normalizer.h"
#include "tokenizers/pipeline/parts.h"
#include "tokenizers/pipeline/text_pattern.h"

namespace folio::pipeline {
namespace {

using NormalizerStep = std::function<std::string(std::string)>;
using MakeNormalizer = std::function<NormalizerStep(const JsonPart&)>;

/// Calls `visit` with each character and where it stands.
template <typename Visit>
void for_each_character(std::string_view text, const Visit& visit) {
  for (std::size_t at = 0; at < text.size();) {
    const DecodedCodePoint character = decode_code_point(text, at);
    visit(character.value, text.substr(at, character.length));
    at += character.length;
  }
}

std::string lowercase(std::string_view text) {
  std::string result;
  for_each_character(text, [&](char32_t c, std::string_view as_is) {
    if ((bert_flags(c) & kBertLowercases) == 0)
      result += as_is;
    else if (c == 0x130)  // the one letter whose small one is two characters
      result += "i\u0307";
    else
      append_utf8(result, bert_lowercase(c));
  });
  return result;
}

std::string strip_accents(std::string_view text) {
  std::string result;
  for_each_character(text, [&](char32_t c, std::string_view as_is) {
    if (!is_stripped_mark(c)) result += as_is;
  });
  return result;
}

bool is_removed_by_nmt(char32_t c) {
  return (c >= 0x1 && c <= 0x8) || c == 0xB || (c >= 0xE && c <= 0x1F) || c == 0x7F || c == 0x8F || c == 0x9F;
}

bool is_space_to_nmt(char32_t c) {
  if (c >= 0x200B && c <= 0x200F) return true;
  for (const char32_t space : {0x9, 0xA, 0xC, 0xD, 0x1680, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD})
    if (c == space) return true;
  return false;
}

/// What SentencePiece's NMT rules do before its map of characters.
std::string nmt(std::string_view text) {
  std::string result;
  for_each_character(text, [&](char32_t c, std::string_view as_is) {
    if (!is_removed_by_nmt(c)) result += is_space_to_nmt(c) ? " " : as_is;
  });
  return result;
}

std::string strip(std::string_view text, bool left, bool right) {
  std::size_t begin = left ? text.size() : 0;
  std::size_t end = right ? 0 : text.size();
  std::size_t at = 0;
  for_each_character(text, [&](char32_t c, std::string_view as_is) {
    if (char_class(c) != CharClass::space) {
      if (left) begin = std::min(begin, at);
      if (right) end = at + as_is.size();
    }
    at += as_is.size();
  });
  return end > begin ? std::string(text.substr(begin, end - begin)) : "";
}

MakeNormalizer unicode_form(NormalizationForm form) {
  return [form](const JsonPart& part) -> NormalizerStep {
    part.expect_only({"type"});
    return [normalizer = std::make_shared<const UnicodeNormalizer>(form)](std::string text) {
      std::string result;
      normalizer->append(text, result);
      return result;
    };
  };
}

MakeNormalizer of_function(std::string (*function)(std::string_view)) {
  return [function](const JsonPart& part) -> NormalizerStep {
    part.expect_only({"type"});
    return [function](std::string text) { return function(text); };
  };
}

NormalizerStep make_bert(const JsonPart& part) {
  part.expect_only({"type", "clean_text", "handle_chinese_chars", "strip_accents", "lowercase"});
  BertNormalization settings;
  settings.clean_text = boolean_or(part, "clean_text", true);
  settings.handle_chinese_chars = boolean_or(part, "handle_chinese_chars", true);
  if (part.has("strip_accents") && !part.at("strip_accents").is_null())
    settings.strip_accents = part.at("strip_accents").boolean();
  settings.lowercase = boolean_or(part, "lowercase", true);
  return [normalizer = BertNormalizer(settings)](std::string text) { return normalizer.normalize(text); };
}

NormalizerStep make_strip(const JsonPart& part) {
  part.expect_only({"type", "strip_left", "strip_right"});
  return [left = part.at("strip_left").boolean(), right = part.at("strip_right").boolean()](std::string text) {
    return strip(text, left, right);
  };
}

NormalizerStep make_prepend(const JsonPart& part) {
  part.expect_only({"type", "prepend"});
  return [what = part.at("prepend").text()](std::string text) { return text.empty() ? text : what + text; };
}

NormalizerStep make_replace(const JsonPart& part) {
  part.expect_only({"type", "pattern", "content"});
  return [pattern = TextPattern(part.at("pattern")), content = part.at("content").text()](std::string text) {
    return pattern.replace(text, content);
  };
}

NormalizerStep make_precompiled(const JsonPart& part) {
  part.expect_only({"type", "precompiled_charsmap"});
  const JsonPart given = part.at("precompiled_charsmap");
  const std::optional<std::string> bytes = from_base64(given.text());
  if (!bytes) given.fail("is not base64");
  try {
    return [map = std::make_shared<const Charsmap>(*bytes)](std::string text) {
      std::string result;
      result.reserve(text.size());
      map->append(text, result);
      return result;
    };
  } catch (const Error& error) {
    given.fail(error.what());
  }
}

const std::map<std::string, MakeNormalizer, std::less<>>& normalizers() {
  static const std::map<std::string, MakeNormalizer, std::less<>> all{
      {"BertNormalizer", make_bert},
      {"ByteLevel", of_function(to_byte_alphabet)},
      {"Lowercase", of_function(lowercase)},
      {"NFC", unicode_form(NormalizationForm::nfc)},
      {"NFD", unicode_form(NormalizationForm::nfd)},
      {"NFKC", unicode_form(NormalizationForm::nfkc)},
      {"NFKD", unicode_form(NormalizationForm::nfkd)},
      {"Nmt", of_function(nmt)},
      {"Precompiled", make_precompiled},
      {"Prepend", make_prepend},
      {"Replace", make_replace},
      {"Strip", make_strip},
      {"StripAccents", of_function(strip_accents)},
  };
  return all;
}

}  // namespace

Normalizer::Normalizer(const JsonPart& part) {
  if (!part.is_null()) add(part);
}

void Normalizer::add(const JsonPart& part) {
  if (part.at("type").text() == "Sequence") {
    part.expect_only({"type", "normalizers"});
    part.at("normalizers").for_each([&](const JsonPart& step) { add(step); });
    return;
  }
  steps_.push_back(find_kind(part, normalizers(), {"Sequence"})(part));
}

std::string Normalizer::normalize(std::string_view text) const {
  std::string result(text);
  for (const Step& step : steps_) result = step(std::move(result));
  return result;
}

}  // namespace folio::pipeline
