#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace folio::pipeline {

/// A part of a text on its way to the model.
struct Piece {
  std::string_view text;
  bool begins_text = false;  ///< nothing of the text that is encoded stands before it
};

/// What becomes of what a pattern matches (SplitDelimiterBehavior).
enum class Behavior {
  removed,
  isolated,              ///< is a piece
  merged_with_previous,  ///< ends the piece before it
  merged_with_next,      ///< begins the piece after it
  contiguous,            ///< neighbouring matches are one piece
};

/// A stretch of a piece: what matched, or what stands between matches.
struct Stretch {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool is_match = false;
};

/// A text cut into pieces by one step after another. The bytes of pieces that a step changed live here.
class Pieces {
 public:
  explicit Pieces(Piece whole) { add(whole); }

  const std::vector<Piece>& list() const { return list_; }

  /// Puts for each piece what `cut(piece)` adds by add().
  template <typename Cut>
  void for_each(const Cut& cut) {
    std::vector<Piece> before;
    before.swap(list_);
    list_.reserve(before.size());
    for (const Piece& piece : before) cut(piece);
  }

  /// Empty pieces are dropped.
  void add(Piece piece) {
    if (!piece.text.empty()) list_.push_back(piece);
  }

  /// Adds what a piece's stretches, which cover it, become.
  void add_split(const Piece& piece, const std::vector<Stretch>& stretches, Behavior behavior);

  /// Keeps the bytes of a piece.
  std::string_view keep(std::string bytes) { return kept_.emplace_back(std::move(bytes)); }

 private:
  void add_part(const Piece& piece, std::size_t begin, std::size_t end) {
    add({piece.text.substr(begin, end - begin), piece.begins_text && begin == 0});
  }

  std::vector<Piece> list_;
  std::deque<std::string> kept_;
};

}  // namespace folio::pipeline
