#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "folio/tokenizer.h"
#include "text/word_counter.h"

namespace folio {

/// Adds the words of a stretch of text to the counter; called by several threads at once, each with its own counter. A
/// stretch is a whole text, or what lies between places where every tokenizer ends a word (text/text_pieces.h). Of a
/// longer text it sees only its own part: words are what depends on nothing outside.
using AddWords = std::function<void(std::string_view stretch, WordCounter& words)>;

/// Counts the words of all texts on all processors. The entries come in the order in which the words first stand in the
/// texts, however many threads there are. Besides the distinct words, once for each thread, it takes some 2 MB of
/// memory a thread, and as much as the longest stretch of text that cannot be cut.
///
/// `progress` is told the bytes read so far, with 0 for the total, which is not known. What `texts` and `add_words`
/// throw passes to the caller.
WordCounter count_words(const TextSource& texts, const AddWords& add_words, const Progress& progress);

/// The same on so many threads.
WordCounter count_words(const TextSource& texts, const AddWords& add_words, const Progress& progress,
                        std::size_t threads);

}  // namespace folio
