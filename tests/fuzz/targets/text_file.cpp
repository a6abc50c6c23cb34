// A file of text as data sets open it: gzip, zstd, UTF-16 and UTF-32 are undone.

#include "input/text_file.h"

#include "fuzz.h"
#include "input/pieces.h"
#include "input/text_encoding.h"
#include "support/utf8.h"

namespace folio::fuzz {

void one_input(std::string_view bytes) {
  static InputFile file("input.txt");
  file.with(bytes);
  for (const bool replace : {false, true}) {
    is_taken("input.txt", [&] {
      const input::TextFile text = input::open_text(file.path(), replace);
      FOLIO_FUZZ_REQUIRE(text.hash.size() == 64);
      if (input::encoding_by_mark(bytes)) FOLIO_FUZZ_REQUIRE(!first_invalid_utf8(text.contents.bytes()));
      std::string whole;
      input::give_in_pieces(text.contents.bytes(), {}, [&](Document piece, std::size_t) { whole += piece.text; });
      FOLIO_FUZZ_REQUIRE(whole == text.contents.bytes());
    });
  }
}

}  // namespace folio::fuzz
