#include "tokenizers/pipeline/pre_tokenizer.h"

#include <map>
#include <string>
#include <utility>

#include "support/utf8.h"
#include "text/bert_splitter.h"
#include "text/byte_alphabet.h"
#include "text/char_class.h"
#include "text/character_sets.h"
#include "tokenizers/pipeline/metaspace.h"
#include "tokenizers/pipeline/parts.h"
#include "tokenizers/pipeline/text_pattern.h"
#include "tokenizers/word_patterns.h"

namespace folio::pipeline {
namespace {

using PreStep = std::function<void(Pieces&)>;
using MakePreStep = std::function<PreStep(const JsonPart&)>;

Behavior read_behavior(const JsonPart& part) {
  static const std::map<std::string, Behavior> known{{"Removed", Behavior::removed},
                                                     {"Isolated", Behavior::isolated},
                                                     {"MergedWithPrevious", Behavior::merged_with_previous},
                                                     {"MergedWithNext", Behavior::merged_with_next},
                                                     {"Contiguous", Behavior::contiguous}};
  const auto found = known.find(part.text());
  if (found != known.end()) return found->second;
  part.fail("'" + part.text() + "' is not supported, expected one of 'Removed', 'Isolated', 'MergedWithPrevious', " +
            "'MergedWithNext', 'Contiguous'");
}

/// A step that cuts at the characters for which `matches(character)` is true.
template <typename Matches>
PreStep split_at_characters(Matches matches, Behavior behavior) {
  return [matches, behavior](Pieces& pieces) {
    std::vector<Stretch> stretches;
    pieces.for_each([&](const Piece& piece) {
      stretches.clear();
      std::size_t begin = 0;
      for (std::size_t at = 0; at < piece.text.size();) {
        const DecodedCodePoint character = decode_code_point(piece.text, at);
        const std::size_t end = at + character.length;
        if (matches(character.value)) {
          if (begin < at) stretches.push_back({begin, at, false});
          stretches.push_back({at, end, true});
          begin = end;
        }
        at = end;
      }
      if (begin < piece.text.size()) stretches.push_back({begin, piece.text.size(), false});
      pieces.add_split(piece, stretches, behavior);
    });
  };
}

bool is_white_space(char32_t c) { return char_class(c) == CharClass::space; }
bool is_number(char32_t c) { return char_class(c) == CharClass::number; }
bool is_punctuation(char32_t c) { return (bert_flags(c) & kBertPunctuation) != 0; }

/// A step that cuts by a splitter whose words cover the whole text.
PreStep split_words(WordEnd word_end) {
  return [word_end](Pieces& pieces) {
    pieces.for_each([&](const Piece& piece) {
      for (std::size_t begin = 0; begin < piece.text.size();) {
        const std::size_t end = word_end(piece.text, begin);
        pieces.add({piece.text.substr(begin, end - begin), piece.begins_text && begin == 0});
        begin = end;
      }
    });
  };
}

PreStep make_split(const JsonPart& part) {
  part.expect_only({"type", "pattern", "behavior", "invert"});
  const Behavior behavior = read_behavior(part.at("behavior"));
  const bool invert = part.at("invert").boolean();
  TextPattern pattern(part.at("pattern"));
  const WordEnd word_end = word_end_of(pattern.regex());
  // The known patterns leave nothing between their words, so that these two come to the same.
  if (word_end != nullptr && behavior == (invert ? Behavior::removed : Behavior::isolated))
    return split_words(word_end);
  return [pattern = std::move(pattern), behavior, invert](Pieces& pieces) {
    std::vector<Stretch> stretches;
    pieces.for_each([&](const Piece& piece) {
      stretches.clear();
      std::size_t done = 0;
      pattern.for_each(piece.text, [&](std::size_t begin, std::size_t end) {
        if (done != begin) stretches.push_back({done, begin, invert});
        stretches.push_back({begin, end, !invert});
        done = end;
      });
      if (done != piece.text.size()) stretches.push_back({done, piece.text.size(), invert});
      pieces.add_split(piece, stretches, behavior);
    });
  };
}

/// \w+|[^\w\s]+
PreStep make_whitespace(const JsonPart& part) {
  part.expect_only({"type"});
  return [](Pieces& pieces) {
    enum class Kind { space, word, sign };
    pieces.for_each([&](const Piece& piece) {
      std::size_t begin = 0;
      Kind last = Kind::space;
      const auto end_word = [&](std::size_t at) {
        if (last != Kind::space) pieces.add({piece.text.substr(begin, at - begin), piece.begins_text && begin == 0});
        begin = at;
      };
      for (std::size_t at = 0; at < piece.text.size();) {
        const DecodedCodePoint character = decode_code_point(piece.text, at);
        const Kind kind = is_word_character(character.value) ? Kind::word
                          : is_white_space(character.value)  ? Kind::space
                                                             : Kind::sign;
        if (kind != last) end_word(at);
        last = kind;
        at += character.length;
      }
      end_word(piece.text.size());
    });
  };
}

PreStep make_whitespace_split(const JsonPart& part) {
  part.expect_only({"type"});
  return split_at_characters(is_white_space, Behavior::removed);
}

PreStep make_punctuation(const JsonPart& part) {
  part.expect_only({"type", "behavior"});
  return split_at_characters(is_punctuation,
                             part.has("behavior") ? read_behavior(part.at("behavior")) : Behavior::isolated);
}

PreStep make_digits(const JsonPart& part) {
  part.expect_only({"type", "individual_digits"});
  return split_at_characters(is_number,
                             part.at("individual_digits").boolean() ? Behavior::isolated : Behavior::contiguous);
}

PreStep make_bert_words(const JsonPart& part) {
  part.expect_only({"type"});
  return [](Pieces& pieces) {
    pieces.for_each([&](const Piece& piece) {
      for_each_bert_word(piece.text, [&](std::string_view word) {
        pieces.add({word, piece.begins_text && word.data() == piece.text.data()});
      });
    });
  };
}

PreStep make_delimiter(const JsonPart& part) {
  part.expect_only({"type", "delimiter"});
  const char32_t delimiter = single_character(part.at("delimiter"));
  return split_at_characters([delimiter](char32_t c) { return c == delimiter; }, Behavior::removed);
}

PreStep make_metaspace(const JsonPart& part) {
  return [metaspace = Metaspace(part)](Pieces& pieces) {
    std::vector<Stretch> stretches;
    pieces.for_each([&](const Piece& piece) {
      const Piece marked{pieces.keep(metaspace.mark(piece.text, piece.begins_text)), piece.begins_text};
      if (!metaspace.splits()) return pieces.add(marked);
      const std::string& mark = metaspace.replacement();
      stretches.clear();
      std::size_t done = 0;
      for (std::size_t at = marked.text.find(mark); at != marked.text.npos; at = marked.text.find(mark, done)) {
        if (done < at) stretches.push_back({done, at, false});
        done = at + mark.size();
        stretches.push_back({at, done, true});
      }
      if (done < marked.text.size()) stretches.push_back({done, marked.text.size(), false});
      pieces.add_split(marked, stretches, Behavior::merged_with_next);
    });
  };
}

PreStep make_fixed_length(const JsonPart& part) {
  part.expect_only({"type", "length"});
  const auto length = part.has("length") ? part.at("length").integer(1, INT32_MAX) : 5;
  return [length](Pieces& pieces) {
    pieces.for_each([&](const Piece& piece) {
      std::size_t begin = 0;
      std::size_t at = 0;
      for (std::int64_t characters = 1; at < piece.text.size(); ++characters) {
        at += decode_code_point(piece.text, at).length;
        if (characters % length != 0 && at < piece.text.size()) continue;
        pieces.add({piece.text.substr(begin, at - begin), piece.begins_text && begin == 0});
        begin = at;
      }
    });
  };
}

const std::map<std::string, MakePreStep, std::less<>>& pre_tokenizers() {
  static const std::map<std::string, MakePreStep, std::less<>> all{
      {"BertPreTokenizer", make_bert_words},
      {"CharDelimiterSplit", make_delimiter},
      {"Digits", make_digits},
      {"FixedLength", make_fixed_length},
      {"Metaspace", make_metaspace},
      {"Punctuation", make_punctuation},
      {"Split", make_split},
      {"Whitespace", make_whitespace},
      {"WhitespaceSplit", make_whitespace_split},
  };
  return all;
}

bool is_byte_level(const JsonPart& part) { return part.at("type").text() == "ByteLevel"; }

/// The steps of ByteLevel but for the writing in its alphabet.
void add_byte_level(const JsonPart& part, std::vector<PreStep>& steps) {
  part.expect_only({"type", "add_prefix_space", "trim_offsets", "use_regex"});
  if (part.at("add_prefix_space").boolean()) {
    steps.push_back([](Pieces& pieces) {
      pieces.for_each([&](const Piece& piece) {
        if (piece.text.starts_with(' ')) return pieces.add(piece);
        pieces.add({pieces.keep(" " + std::string(piece.text)), piece.begins_text});
      });
    });
  }
  if (boolean_or(part, "use_regex", true)) steps.push_back(split_words(gpt2_word_end));
}

void write_in_byte_alphabet(Pieces& pieces) {
  pieces.for_each(
      [&](const Piece& piece) { pieces.add({pieces.keep(to_byte_alphabet(piece.text)), piece.begins_text}); });
}

void collect(const JsonPart& part, std::vector<JsonPart>& all) {
  if (part.at("type").text() != "Sequence") return all.push_back(part);
  part.expect_only({"type", "pretokenizers"});
  part.at("pretokenizers").for_each([&](const JsonPart& step) { collect(step, all); });
}

}  // namespace

PreTokenizer::PreTokenizer(const JsonPart& part, bool model_reads_bytes) {
  if (part.is_null()) return;
  std::vector<JsonPart> all;
  collect(part, all);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!is_byte_level(all[i])) {
      steps_.push_back(find_kind(all[i], pre_tokenizers(), {"ByteLevel", "Sequence"})(all[i]));
      continue;
    }
    add_byte_level(all[i], steps_);
    gives_bytes_ = model_reads_bytes && i + 1 == all.size();
    if (!gives_bytes_) steps_.push_back(write_in_byte_alphabet);
  }
}

void PreTokenizer::cut(Pieces& pieces) const {
  for (const Step& step : steps_) step(pieces);
}

}  // namespace folio::pipeline
