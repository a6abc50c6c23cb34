#include "text/literal_matcher.h"

#include <algorithm>
#include <utility>

namespace folio {

LiteralMatcher::LiteralMatcher(Literals literals) : literals_(std::move(literals)) {
  for (const auto& [literal, id] : literals_) {
    auto& lengths = lengths_[static_cast<unsigned char>(literal.front())];
    if (lengths.empty()) first_bytes_.push_back(literal.front());
    lengths.push_back(literal.size());
  }
  for (auto& lengths : lengths_) {
    std::sort(lengths.begin(), lengths.end(), std::greater<>());
    lengths.erase(std::unique(lengths.begin(), lengths.end()), lengths.end());
  }
}

std::optional<LiteralMatcher::Match> LiteralMatcher::find(std::string_view text, std::size_t from) const {
  for (std::size_t at = next_candidate(text, from); at < text.size(); at = next_candidate(text, at + 1)) {
    for (const std::size_t length : lengths_[static_cast<unsigned char>(text[at])]) {
      if (length > text.size() - at) continue;
      const auto literal = literals_.find(text.substr(at, length));
      if (literal != literals_.end()) return Match{at, at + length, literal->second};
    }
  }
  return std::nullopt;
}

/// The next place where a literal could begin, or the text's size.
std::size_t LiteralMatcher::next_candidate(std::string_view text, std::size_t from) const {
  if (first_bytes_.size() == 1) return std::min(text.find(first_bytes_.front(), from), text.size());
  if (first_bytes_.empty()) return text.size();
  while (from < text.size() && lengths_[static_cast<unsigned char>(text[from])].empty()) ++from;
  return from;
}

}  // namespace folio
