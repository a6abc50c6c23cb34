#include "text/bert_splitter.h"

namespace folio {

BertSplitter::BertSplitter(const BertNormalization& settings)
    : clean_text_(settings.clean_text),
      alone_flags_(kBertSpace | kBertPunctuation | (settings.handle_chinese_chars ? unsigned{kBertChinese} : 0u)) {
  for (std::size_t c = 0; c < ascii_.size(); ++c) {
    const unsigned flags = bert_flags(static_cast<char32_t>(c));
    const bool removed = clean_text_ && (flags & kBertRemoved) != 0;
    ascii_[c] = removed ? BertClass::word : bert_class(flags);
  }
}

}  // namespace folio
