// A book: its text without Project Gutenberg's licence. Texts are UTF-8, not blank, and parts of the file.

#include "fuzz.h"
#include "support/utf8.h"
#include "textbooks/book_text.h"

namespace folio::fuzz {

void one_input(std::string_view bytes) {
  static InputFile file("input.txt");
  file.with(bytes);
  for (const auto errors : {textbooks::Utf8Errors::strict, textbooks::Utf8Errors::replace}) {
    is_taken("input.txt", [&] {
      const textbooks::BookText book = textbooks::read_book_text(file.path(), errors);
      FOLIO_FUZZ_REQUIRE(!book.texts.empty());
      const std::string_view all = book.contents.bytes();
      const char* last = all.data();
      for (const std::string_view text : book.texts) {
        FOLIO_FUZZ_REQUIRE(last <= text.begin() && text.end() <= all.end());
        FOLIO_FUZZ_REQUIRE(!first_invalid_utf8(text));
        FOLIO_FUZZ_REQUIRE(!first_invalid_utf8(textbooks::first_share(text, 0.37)));
        last = text.end();
      }
    });
  }
}

}  // namespace folio::fuzz
