#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace folio::experiment {

/// What other programs call something: Hugging Face's TrainingArguments and configurations, nanoGPT, PyTorch, and what
/// people type. Lists have blanks between.
struct OtherWord {
  std::string_view words;  ///< in lower case with '_', and of one meaning
  std::string_view keys;   ///< what that is here; the first that an experiment has counts
  std::string_view note;   ///< what to know of it; where there are no keys, why there is none
};

std::span<const OtherWord> other_words();

std::vector<std::string_view> words_of(std::string_view list);

/// Null where the word is not known. Case and the difference of '-' and '_' do not count.
const OtherWord* find_other_word(std::string_view word);

}  // namespace folio::experiment
