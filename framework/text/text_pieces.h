#pragma once

#include <cstddef>
#include <string_view>

/// Where a text may be cut so that what is read piece by piece comes out as if it had been read whole.
namespace folio {

/// The first place at or after `from`, and after the text's first byte, that stands before a single space between two
/// ASCII letters; the text's size where there is none. The splitting patterns of GPT-2, Llama 3 and BERT, and
/// SentencePiece's Metaspace, all end a word there whatever stands around, so none of them sees that the text was cut.
std::size_t next_word_boundary(std::string_view text, std::size_t from);

/// The end of the piece that begins at `begin`: the last such place that leaves the piece no larger than `target_size`
/// bytes and no smaller than half of it, else the last end of a UTF-8 character within `target_size`, else, where the
/// first character is larger, that character's end. The text's size where what is left fits. Later than `begin` unless
/// that is the text's end.
std::size_t piece_end(std::string_view text, std::size_t begin, std::size_t target_size);

}  // namespace folio
