#include "input/pieces.h"

#include <utility>

#include "text/text_pieces.h"

namespace folio::input {

void give_in_pieces(std::string_view text, const Document& like,
                    const std::function<void(Document, std::size_t)>& sink) {
  constexpr std::size_t kPieceSize = 8 << 20;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = piece_end(text, begin, kPieceSize);
    if (text[end - 1] == '\r' && text.substr(end).starts_with('\n')) ++end;
    Document piece = like;
    piece.text = text.substr(begin, end - begin);
    piece.continues = begin > 0;
    sink(std::move(piece), end);
    begin = end;
  }
}

}  // namespace folio::input
