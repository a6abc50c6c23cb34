#include "serve/where_completion.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <string_view>

namespace folio::serve {
namespace {

using runs::Field;

constexpr std::size_t kMostWords = 50;
constexpr std::string_view kOperatorLetters = "=!<>~";

enum class Kind { word, quoted, sign, open, close };

struct Token {
  Kind kind = Kind::word;
  std::string text;
  std::size_t begin = 0, end = 0;
};

bool is_blank(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

bool is_word_letter(char c) { return !is_blank(c) && std::string_view("()=!<>~'\"").find(c) == std::string_view::npos; }

/// As the language is read, but for what is wrong, which is let stand.
std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < text.size();) {
    if (is_blank(text[at])) {
      ++at;
      continue;
    }
    Token token{Kind::word, "", at, at + 1};
    const char c = text[at];
    const auto extend = [&](const auto& belongs) {
      while (token.end < text.size() && belongs(text[token.end])) ++token.end;
    };
    if (c == '(' || c == ')') {
      token.kind = c == '(' ? Kind::open : Kind::close;
    } else if (c == '\'' || c == '"') {
      token.kind = Kind::quoted;
      token.end = std::min(text.find(c, at + 1), text.size() - 1) + 1;
    } else if (kOperatorLetters.find(c) != std::string_view::npos) {
      token.kind = Kind::sign;
      extend([](char letter) { return kOperatorLetters.find(letter) != std::string_view::npos; });
    } else {
      extend(is_word_letter);
    }
    token.text = text.substr(token.begin, token.end - token.begin);
    at = token.end;
    tokens.push_back(std::move(token));
  }
  return tokens;
}

/// What the grammar expects behind some tokens.
enum class Expected { field, sign, value, joint };

Expected expected_after(const std::vector<Token>& tokens, std::string& field) {
  Expected expected = Expected::field;
  for (const Token& token : tokens) {
    if (token.kind == Kind::open) {
      expected = Expected::field;
    } else if (token.kind == Kind::close) {
      expected = Expected::joint;
    } else if (token.kind == Kind::sign) {
      expected = Expected::value;
    } else if (expected == Expected::field) {
      if (token.text == "not") continue;
      field = token.text;
      expected = Expected::sign;
    } else if (expected == Expected::value) {
      expected = Expected::joint;
    } else {
      expected = Expected::field;  // `and` or `or`
    }
  }
  return expected;
}

/// In quotes where the language needs them; empty where it has no way to write the value.
std::string written(const std::string& value) {
  if (!value.empty() && std::all_of(value.begin(), value.end(), is_word_letter)) return value;
  for (const char quote : {'\'', '"'})
    if (value.find(quote) == std::string::npos) return quote + value + quote;
  return "";
}

std::vector<std::string> words_of_values(const std::string& name, const RunSnapshot& snapshot) {
  const auto field = snapshot.fields().find(name);
  if (!field) return {};
  if (field->kind == Field::Kind::state) return runs::run_state_names();
  std::map<std::string, std::size_t> counts;
  for (const runs::RunSummary& run : snapshot.runs()) {
    if (field->kind == Field::Kind::tags) {
      for (const std::string& tag : run.tags) ++counts[written(tag)];
      continue;
    }
    const runs::FieldValue value = snapshot.fields().value(run, *field);
    if (const auto* text = std::get_if<std::string>(&value)) ++counts[written(*text)];
    if (const auto* number = std::get_if<double>(&value)) ++counts[fmt::format("{}", *number)];
  }
  counts.erase("");
  std::vector<std::pair<std::size_t, std::string>> by_count;
  for (const auto& [word, count] : counts) by_count.emplace_back(count, word);
  std::stable_sort(by_count.begin(), by_count.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::string> words;
  for (auto& [count, word] : by_count) words.push_back(std::move(word));
  return words;
}

std::vector<std::string> candidates(Expected expected, const std::string& field, const RunSnapshot& snapshot) {
  switch (expected) {
    case Expected::field: {
      std::vector<std::string> names = snapshot.fields().names();
      names.insert(names.end(), {"not", "("});
      return names;
    }
    case Expected::sign:
      return {"=", "!=", "<", "<=", ">", ">=", "~"};
    case Expected::value:
      return words_of_values(field, snapshot);
    case Expected::joint:
      return {"and", "or", ")"};
  }
  __builtin_unreachable();
}

std::string small(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

/// Those that begin as what is typed, then those that contain it.
std::vector<std::string> matching(const std::vector<std::string>& words, const std::string& typed) {
  const std::string wanted = small(typed);
  std::vector<std::string> first, second;
  for (const std::string& word : words) {
    const std::size_t at = small(word).find(wanted);
    if (at != std::string::npos) (at == 0 ? first : second).push_back(word);
  }
  first.insert(first.end(), second.begin(), second.end());
  if (first.size() > kMostWords) first.resize(kMostWords);
  return first;
}

/// Where the word that begins as this token goes on to: a value in quotes up to the closing one, unless some quote is
/// not closed, which then may be that of this word: what seems to close it is another's.
std::size_t end_of_word(const std::string& text, const Token& begun, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && is_word_letter(text[end])) ++end;
  if (begun.kind != Kind::quoted) return end;
  std::size_t closed = end;
  for (const Token& token : tokens_of(text)) {
    if (token.kind != Kind::quoted) continue;
    if (token.text.size() == 1 || token.text.back() != token.text.front()) return end;
    if (token.begin == begun.begin) closed = token.end;
  }
  return closed;
}

}  // namespace

Completion complete_where(const std::string& text, std::size_t at, const RunSnapshot& snapshot) {
  at = std::min(at, text.size());
  std::vector<Token> before = tokens_of(std::string_view(text).substr(0, at));
  Completion completion{at, at, {}};
  std::string typed, field;
  // A word that the place stands in, or right behind, is completed as a whole.
  const bool in_word = !before.empty() && before.back().end == at &&
                       (before.back().kind == Kind::word || before.back().kind == Kind::quoted);
  if (in_word) {
    completion.from = before.back().begin;
    typed = before.back().text;
    if (before.back().kind == Kind::quoted) std::erase(typed, typed.front());
    completion.to = end_of_word(text, before.back(), at);
    before.pop_back();
  }
  const Expected expected = expected_after(before, field);
  if (in_word && expected == Expected::sign) return {at, at, {}};  // a word where there has to be an operator
  completion.words = matching(candidates(expected, field, snapshot), typed);
  return completion;
}

}  // namespace folio::serve
